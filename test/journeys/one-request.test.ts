import { randomUUIDv7 } from 'node:crypto'
import { readFileSync } from 'node:fs'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { Queue } from 'bullmq'
import type { Job } from 'bullmq'
import { call, signUp } from '../accounts/client.ts'
import type { Person } from '../accounts/client.ts'
import { TestSocket } from '../platform/ws/test-socket.ts'
import { pictureForm } from '../security/things.ts'
import { eventually } from '../support/eventually.ts'
import { linesAbout } from '../support/log-lines.ts'
import type { LogLine } from '../support/log-lines.ts'
import { stackOf } from '../support/stack.ts'

/** One id leads from the access log of Nginx through server and job to the worker. */
const stack = stackOf(
  test,
  { LOG_LEVEL: 'info', FLUSH_ENTRIES: 10, FLUSH_AGE_SECONDS: 3600 },
  { longestLog: 10_000_000 },
)

let alice: Person
let room: string

test.serial.before('alice comes', async () => {
  alice = await signUp(stack().address)
  await stack().world.sql('accounts').where({ username: alice.username }).update({ role: 'mentor' })
})

test.beforeEach('a room of its own', async () => {
  const { body } = await call(stack().address, 'POST /v1/rooms', {
    token: alice.access,
    body: { name: 'yard', seats: 5 },
  })
  room = String(body['id'])
})

const accessLines = (id: string): LogLine[] => linesAbout(readFileSync(stack().accessLog, 'utf8'), id)
const serverLines = (id: string): LogLine[] => linesAbout(stack().logOf('server-1') + stack().logOf('server-2'), id)
const workerLines = (id: string): LogLine[] => linesAbout(stack().logOf('worker-1'), id)

/** The first of these lines with this message. */
function lineSaying(lines: () => LogLine[], message: string): Promise<LogLine> {
  return eventually(() => lines().find(({ msg }) => msg === message))
}

/** Does something while the worker takes no jobs of this queue, shows those that wait then, and lets them go on as `after` says. */
async function withJobs<T>(
  queue: string,
  work: () => Promise<T>,
  after: (waiting: readonly Job[]) => Promise<unknown> = async () => undefined,
): Promise<{ done: T; jobs: unknown[] }> {
  const jobs = new Queue(queue, { connection: { url: stack().world.redis.url }, prefix: '{madang-queue}' })
  await jobs.pause()
  const done = await work()
  const waiting = await eventually(async () => {
    const found = await jobs.getJobs(['waiting'])
    return found.length > 0 && found
  })
  await after(waiting)
  await jobs.resume()
  await jobs.close()
  return { done, jobs: waiting.map(({ data }) => data as unknown) }
}

async function requireOnePath(
  t: ExecutionContext,
  id: string,
  asked: { method: string; route: string; status: number },
): Promise<void> {
  t.regex(id, /^[0-9a-f]{32}$/)
  const access = await eventually(() => accessLines(id)[0])
  t.like(access, { method: asked.method, status: String(asked.status) })
  const line = await lineSaying(() => serverLines(id), 'request')
  t.like(line, { level: 'info', ...asked })
}

test.serial('a closing: from the request of the mentor to the receipt', async (t) => {
  const { done, jobs } = await withJobs('close-rooms', () =>
    call(stack().address, `POST /v1/rooms/${room}/close`, { token: alice.access }),
  )
  const id = done.headers.get('x-request-id') ?? ''

  await requireOnePath(t, id, { method: 'POST', route: '/v1/rooms/:id/close', status: 202 })
  t.deepEqual(jobs, [{ room: Number(room), requestId: id }])
  const [row] = await stack().world.sql('end_room').where({ room_id: room }).select('request_id')
  t.is(row?.request_id, id)
  await lineSaying(() => workerLines(id), 'the closing is final')
  t.like(await lineSaying(() => workerLines(id), 'job done'), { queue: 'close-rooms', level: 'info' })
})

test.serial('a closing that only a sweeper does names the request all the same', async (t) => {
  const { done } = await withJobs(
    'close-rooms',
    () => call(stack().address, `POST /v1/rooms/${room}/close`, { token: alice.access }),
    (waiting) => Promise.all(waiting.map((job) => job.remove())),
  )
  const id = done.headers.get('x-request-id') ?? ''

  await lineSaying(() => workerLines(id), 'the closing is final')

  t.false(workerLines(id).some(({ msg }) => msg === 'job done'))
})

test.serial('a picture: from the upload to its renditions', async (t) => {
  const { done, jobs } = await withJobs('render-pictures', async () =>
    fetch(`${stack().address}/v1/media`, {
      method: 'POST',
      headers: { authorization: `Bearer ${alice.access}` },
      body: await pictureForm(),
    }),
  )
  const id = done.headers.get('x-request-id') ?? ''
  const picture = (await done.json()) as { id: string }

  await requireOnePath(t, id, { method: 'POST', route: '/v1/media', status: 201 })
  t.deepEqual(jobs, [{ requestId: id, picture: Number(picture.id) }])
  t.like(await lineSaying(() => workerLines(id), 'job done'), { queue: 'render-pictures' })
})

test.serial('a frame: its error, its lines and its job name the socket and which of its frames it was', async (t) => {
  const url = `${stack().address.replace('http', 'ws')}/v1/socket`
  const socket = await TestSocket.open(url, { headers: { authorization: `Bearer ${alice.access}` } })
  const wrong = await socket.ask({ type: 'send', room, id: 'no id', body: 'hello' })
  const [id = '', number] = String(wrong['requestId']).split('.')

  const { jobs } = await withJobs('flush-rooms', async () => {
    for (let n = 0; n < 10; n += 1) await socket.ask({ type: 'send', room, id: randomUUIDv7(), body: 'hello' })
  })
  const again = await socket.ask({ type: 'ping', room: 'what' })
  await socket.close()

  t.regex(id, /^[0-9a-f]{32}$/)
  t.is(number, '1')
  t.is(again['requestId'], `${id}.12`)
  const [job] = jobs as { room: number; requestId: string }[]
  t.is(job?.room, Number(room))
  // The entry of her seat came before, so that the ninth or tenth line is the one with which it is much.
  t.regex(job?.requestId ?? '', new RegExp(`^${id}\\.(9|10|11)$`))
  await eventually(() =>
    workerLines(id).some(({ msg, requestId }) => msg === 'job done' && requestId === job?.requestId),
  )
  t.like(await lineSaying(() => serverLines(id), 'socket closed'), { requestId: id, frames: 12 })
  t.is((await lineSaying(() => serverLines(id), 'socket opened'))['requestId'], id)
  t.like(await eventually(() => accessLines(id)[0]), { path: '/v1/socket', status: '101' })
})

test.serial('a socket that is refused is a request like any other', async (t) => {
  const { status, body } = await TestSocket.refusal(`${stack().address.replace('http', 'ws')}/v1/socket`)

  t.is(status, 401)
  await requireOnePath(t, String(body['requestId']), { method: 'GET', route: '/v1/socket', status: 401 })
})

test.serial('what a client calls its request is nobody’s name for it', async (t) => {
  const { headers } = await call(stack().address, 'GET /v1/me', {
    token: alice.access,
    headers: { 'x-request-id': 'chosen-by-alice' },
  })

  t.not(headers.get('x-request-id'), 'chosen-by-alice')
  await eventually(() => accessLines(headers.get('x-request-id') ?? '')[0])
  t.deepEqual(accessLines('chosen-by-alice'), [])
})
