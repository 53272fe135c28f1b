import { execFile } from 'node:child_process'
import { closeSync, constants, openSync } from 'node:fs'
import { mkdtemp, open, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import test from 'ava'
import { pino } from 'pino'
import { makeFolder, prepareFolders } from '../../src/platform/folders.ts'
import { freePort } from '../../tools/ports.ts'
import { linesOf } from '../support/log-lines.ts'
import { Part } from '../support/part.ts'
import { worldOf } from '../support/world.ts'

const world = worldOf(test)

const scripts = { server: 'src/server.ts', worker: 'workers/main.ts' }
const wrong = { TRANSCRIPTS_FOLDER: '/proc/none', MEDIA_FOLDER: '/dev/null' }

/** What a process says of its folders before it is ready. */
async function saidBy(script: string, changes: Record<string, string>): Promise<unknown[]> {
  const port = await freePort()
  const own = { HOST: '127.0.0.1', PORT: String(port), WORKER_PORT: String(port), SERVER_NAME: 'one', TZ: 'UTC' }
  const part = new Part(script, port, { ...world().env, LOG_LEVEL: 'info', ...own, ...changes }, {})
  await part.start()
  await part.ready().finally(() => part.end('SIGTERM'))
  const lines = linesOf(part.log).filter(({ msg }) => msg === 'a folder cannot be written')
  return lines.map(({ level, setting, folder, err }) => {
    const { code } = err as { code: string }
    return `${String(level)} ${String(setting)} ${String(folder)} ${code}`
  })
}

test.serial('whoever needs a folder says at its start that it cannot be written, and works on', async (t) => {
  const media = 'error MEDIA_FOLDER /dev/null ENOTDIR'

  t.deepEqual(await saidBy(scripts.server, wrong), [media])
  t.deepEqual(await saidBy(scripts.worker, wrong), ['error TRANSCRIPTS_FOLDER /proc/none ENOENT', media])
})

test.serial('nothing is said of folders that can be written, or of one that is not used', async (t) => {
  const bucket = { MEDIA_STORAGE: 's3', MEDIA_S3_BUCKET: 'one', MEDIA_BASE_URL: 'http://127.0.0.1:9/one' }

  for (const script of Object.values(scripts)) t.deepEqual(await saidBy(script, {}), [])
  t.deepEqual(await saidBy(scripts.server, { ...bucket, MEDIA_FOLDER: '/dev/null' }), [])
})

test.serial(
  'a folder that does not answer, as one on another machine, is said, and keeps nobody from starting',
  async (t) => {
    const place = await mkdtemp(path.join(tmpdir(), 'madang-folders-'))
    const pipe = path.join(place, 'pipe')
    await promisify(execFile)('mkfifo', [pipe])
    let said = ''
    const log = pino({ base: null }, { write: (line) => void (said += line) })
    // All threads that ask the file system wait for a writer, as they wait for a disk that is away.
    const waiting = Array.from({ length: 4 }, () => open(pipe, 'r'))

    await prepareFolders({ MEDIA_FOLDER: place }, log, 200)

    const writer = openSync(pipe, constants.O_RDWR)
    for (const reader of await Promise.all(waiting)) await reader.close()
    closeSync(writer)
    await rm(place, { recursive: true })
    const [line, ...more] = linesOf(said)
    t.deepEqual(more, [])
    t.like(line, { level: 50, setting: 'MEDIA_FOLDER', folder: place, msg: 'a folder cannot be written' })
    t.like(line?.['err'], { message: `${place}: no answer within 200 ms` })
  },
)

test('a folder is made with those above it, by many at once, and a file in the way is an error', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'madang-folders-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const deep = path.join(folder, 'a', 'b', 'c')

  await Promise.all(Array.from({ length: 20 }, () => makeFolder(deep, 0o700)))

  const { mode } = await stat(path.join(folder, 'a'))
  t.is(mode & 0o777, 0o700)
  t.true((await stat(deep)).isDirectory())
  await writeFile(path.join(folder, 'file'), '')
  await t.throwsAsync(makeFolder(path.join(folder, 'file', 'new'), 0o700), { code: 'ENOTDIR' })
  await t.throwsAsync(makeFolder('/proc/none/new', 0o700), { code: 'ENOENT' })
})
