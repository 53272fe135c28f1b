import test from 'ava'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readlink, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pino } from 'pino'
import { eventually } from '../support/eventually.ts'
import { worldOf } from '../support/world.ts'
import { Neighbour, openHouse } from './house.ts'
import type { House } from './house.ts'

const world = worldOf(test)
const logged: Record<string, unknown>[] = []
let house: House
let mentor: Neighbour

test.serial.before('a server whose log is read', async () => {
  const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line)) })
  house = await openHouse({ ...world(), log })
  mentor = await Neighbour.moveIn(world(), house, 'minji', 'mentor')
  await mkdir(world().config.TRANSCRIPTS_FOLDER, { recursive: true })
})

/** A room of which its row says that it is sealed and what its transcript is called, and where that file would be. */
async function sealedRoom(sha256: string): Promise<{ room: string; file: string }> {
  const room = await mentor.opens(house)
  const name = `room-${room}-${sha256}.ndjson`
  const now = new Date()
  await world()
    .sql('end_room')
    .insert({ room_id: room, state: 'sealed', requested_at: now, sealed_at: now, transcript_ndjson: name })
  return { room, file: path.join(world().config.TRANSCRIPTS_FOLDER, name) }
}

const ask = (room: string, init: { method?: string; headers?: object; signal?: AbortSignal } = {}): Promise<Response> =>
  fetch(`${house.origin}/v1/rooms/${room}/transcript`, {
    ...init,
    headers: { authorization: `Bearer ${mentor.token}`, ...init.headers },
  })

test.serial(
  'a transcript that cannot be opened, or not be read, is one to come back for, and its operator hears why',
  async (t) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'madang-'))
    t.teardown(() => rm(folder, { recursive: true }))
    // Who opens a socket as a file is refused, root too.
    const socket = path.join(folder, 'socket')
    const listener = createServer().listen(socket)
    await once(listener, 'listening')
    t.teardown(() => listener.close())
    const unreadable = [
      { code: 'ENXIO', put: (file: string) => symlink(socket, file) },
      { code: 'EISDIR', put: (file: string) => mkdir(file) },
      // What is at the beginning of a process' memory cannot be read, as on a disk with a fault.
      { code: 'EIO', put: (file: string) => symlink('/proc/self/mem', file) },
    ]
    for (const { code, put } of unreadable) {
      const { room, file } = await sealedRoom('a'.repeat(64))
      await put(file)

      const answer = await ask(room)

      t.is(answer.status, 503, code)
      t.is(answer.headers.get('retry-after'), '60')
      t.is(answer.headers.get('content-length'), String(Buffer.byteLength(await answer.clone().text())))
      t.like(await answer.json(), { code: 'unavailable' })
      const id = answer.headers.get('x-request-id')
      const line = logged.find(({ requestId, msg }) => requestId === id && msg === 'request could not be served')
      t.is(line?.['level'], 40)
      t.regex(JSON.stringify(line?.['err']), new RegExp(code))
      t.deepEqual(await openFiles(file), [])
    }
  },
)

test.serial(
  'no transcript stays open: read, not changed, asked for its head, left in the middle or at once',
  async (t) => {
    const bytes = randomBytes(32_000_000)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const { room, file } = await sealedRoom(sha256)
    await writeFile(file, bytes)

    const whole = await ask(room)
    t.is(whole.headers.get('content-length'), String(bytes.length))
    const etag = whole.headers.get('etag') ?? ''
    t.is(etag, `"${sha256}"`)
    t.true(bytes.equals(await whole.bytes()))
    t.is((await ask(room, { headers: { 'if-none-match': etag } })).status, 304)
    const head = await ask(room, { method: 'HEAD' })
    t.like({ status: head.status, bytes: head.headers.get('content-length') }, { status: 200, bytes: '32000000' })

    const leaving = new AbortController()
    const left = await ask(room, { signal: leaving.signal })
    // More than the buffers of a connection hold: the server has it open.
    await eventually(async () => (await openFiles(file)).length === 1)
    leaving.abort()
    await t.throwsAsync(left.bytes(), { name: 'AbortError' })

    const asked = (): number =>
      logged.filter(({ msg, route }) => msg === 'request' && route === '/v1/rooms/:id/transcript').length
    const before = asked()
    const url = new URL(house.origin)
    for (let n = 0; n < 20; n += 1) {
      const wire = connect(Number(url.port), url.hostname)
      const request = `GET /v1/rooms/${room}/transcript HTTP/1.1\r\nhost: ${url.host}\r\nauthorization: Bearer ${mentor.token}\r\n\r\n`
      wire.write(request, () => wire.destroy())
    }
    await eventually(() => asked() === before + 20)
    await eventually(async () => (await openFiles(file)).length === 0)
    t.pass()
  },
)

/** What this process has open of a file. */
async function openFiles(file: string): Promise<string[]> {
  const real = await realpath(file)
  const numbers = await readdir('/proc/self/fd')
  const targets = await Promise.all(numbers.map((number) => readlink(`/proc/self/fd/${number}`).catch(() => '')))
  return targets.filter((target) => target === real)
}
