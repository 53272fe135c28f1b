import test from 'ava'
import * as fc from 'fast-check'
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DiskStorage } from '../../src/media/disk-storage.ts'
import { filesOf, nameOfFile, newName, originalFile, renditionFile, urlsOf } from '../../src/media/files.ts'
import { openS3Storage } from '../../src/media/s3-storage.ts'
import type { Shelf } from '../../src/media/storage.ts'
import { seeded } from '../support/seeded.ts'

const bytesOfName = fc.uint8Array({ minLength: 16, maxLength: 16 })
const ownName = bytesOfName.map((bytes) => Buffer.from(bytes).toString('base64url'))

/** Ours, nearly ours, ways out, and anything. */
const anyName = fc.oneof(
  ownName.map((name) => `${name}.thumb.webp`),
  fc.tuple(ownName, fc.string({ unit: 'binary', maxLength: 4 })).map(([name, more]) => `${name}${more}`),
  fc
    .array(fc.constantFrom('..', '.', '/', '\\', 'ab', '%2e', '\0', 'private', 'secret', '\n'), { maxLength: 8 })
    .map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 40 }),
)

test('the name of a picture comes back from each of its files and addresses, and no two files share a name', (t) => {
  fc.assert(
    fc.property(ownName, (name) => {
      const files = filesOf(name)
      assert.equal(new Set(files.map((file) => `${file.shelf}/${file.name}`)).size, 5)
      for (const file of files) assert.equal(nameOfFile(file.name), name)
      for (const url of Object.values(urlsOf('https://pictures.example/media', name))) {
        assert.equal(nameOfFile(new URL(url).pathname.slice('/media/'.length)), name)
      }
      assert.equal(originalFile(name).shelf, 'private')
      assert.equal(renditionFile(name, 'full').shelf, 'public')
    }),
    seeded(300),
  )
  t.regex(newName(), /^[A-Za-z0-9_-]{22}$/)
})

test('whatever a file is called, on the disk it is put on its shelf or nowhere, and found there alone', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'madang-names-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const storage = new DiskStorage(path.join(folder, 'media'))
  await mkdir(path.join(folder, 'media'))
  await writeFile(path.join(folder, 'secret'), 'outside')
  await writeFile(path.join(folder, 'media', 'secret'), 'beside the shelves')

  await fc.assert(
    fc.asyncProperty(anyName, fc.constantFrom<Shelf>('public', 'private'), async (name, shelf) => {
      const isPut = await storage.put({ shelf, name }, { bytes: Buffer.from(name) }).then(
        () => true,
        () => false,
      )
      const files = await readdir(path.join(folder, 'media'), { recursive: true, withFileTypes: true })
      const found = files.filter((file) => file.isFile()).map((file) => path.join(file.parentPath, file.name))
      const there = path.join(folder, 'media', shelf, name.slice(0, 2), name)
      const beside = path.join(folder, 'media', 'secret')
      assert.deepEqual(found.toSorted(), [beside, ...(isPut ? [there] : [])].toSorted())
      assert.equal(isPut, /^[\w-]{2}[\w.-]*$/.test(name))
      if (isPut) {
        assert.deepEqual(await storage.get({ shelf, name }), Buffer.from(name))
        assert.deepEqual(
          (await storage.list(shelf, name.slice(0, 2))).map((file) => file.name),
          [name],
        )
        await storage.remove([{ shelf, name }])
      } else {
        await assert.rejects(storage.get({ shelf, name }))
        await assert.rejects(storage.remove([{ shelf, name }]))
      }
    }),
    seeded(300),
  )

  t.is(await readFile(path.join(folder, 'secret'), 'utf8'), 'outside')
  t.is(await readFile(path.join(folder, 'media', 'secret'), 'utf8'), 'beside the shelves')
  t.deepEqual((await readdir(folder)).toSorted(), ['media', 'secret'])
})

test('in a bucket a name that might lead out of its shelf is refused before anything is asked', async (t) => {
  const storage = await openS3Storage({
    ...{ endpoint: 'http://127.0.0.1:1', region: 'here', bucket: 'pictures', addressing: 'path' },
    keys: { accessKeyId: 'nobody', secretAccessKey: 'nobody' },
  })
  t.teardown(() => storage.close())
  await fc.assert(
    fc.asyncProperty(
      anyName.filter((name) => !/^[\w-]{2}[\w.-]*$/.test(name)),
      fc.constantFrom<Shelf>('public', 'private'),
      async (name, shelf) => {
        const file = { shelf, name }
        await assert.rejects(
          storage.put(file, { bytes: Buffer.alloc(0), type: 'image/webp' }),
          /not the name of a file/,
        )
        await assert.rejects(storage.get(file), /not the name of a file/)
        await assert.rejects(storage.remove([file]), /not the name of a file/)
      },
    ),
    seeded(300),
  )
  t.pass()
})
