import test from 'ava'
import * as fc from 'fast-check'
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { transcriptFile } from '../../src/ledger/transcript.ts'
import { seeded } from '../support/seeded.ts'

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'))
const wayOut = fc.constantFrom('../', './', 'deeper/', '../../', '/tmp/', '', '\n', '..\\')

test('a transcript is found by the name that it was given and by no other, wherever another may lead', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'madang-transcripts-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const transcripts = path.join(folder, 'transcripts')
  await mkdir(path.join(transcripts, 'deeper'), { recursive: true })

  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1 }),
      hash,
      fc.constantFrom('ndjson', 'html'),
      wayOut,
      async (room, sha256, ending, out) => {
        const name = `room-${room}-${sha256}.${ending}`
        for (const at of [transcripts, folder, path.join(transcripts, 'deeper')])
          await writeFile(path.join(at, name), 'x')

        const found = await transcriptFile(transcripts, name)
        assert.deepEqual(found, { path: path.join(transcripts, name), sha256, bytes: 1 })
        if (out !== '') assert.equal(await transcriptFile(transcripts, `${out}${name}`), undefined)
        assert.equal(await transcriptFile(transcripts, `${name}/`), undefined)
        assert.equal(await transcriptFile(transcripts, `${name}/../../${name}`), undefined)
      },
    ),
    seeded(100),
  )
  t.pass()
})

test('a folder that cannot be looked into is no folder without the transcript', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'madang-transcripts-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const name = `room-1-${'a'.repeat(64)}.html`
  await symlink('loop', path.join(folder, 'loop'))

  t.is(await transcriptFile(folder, name), undefined)
  t.is(await transcriptFile(path.join(folder, 'none'), name), undefined)
  await t.throwsAsync(transcriptFile(path.join(folder, 'loop'), name), { code: 'ELOOP' })
})
