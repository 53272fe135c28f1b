import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { request } from 'node:http'
import { connect } from 'node:net'
import test from 'ava'
import { WebSocket } from 'ws'
import type { OpenApiDocument } from '../../src/platform/http/openapi/document.ts'
import { Crowd, RawSocket, closeRoom, finalClosing, openRoom, takeSeat } from '../support/clients.ts'
import type { Visitor } from '../support/clients.ts'
import { eventually } from '../support/eventually.ts'
import { scrape } from '../support/scrape.ts'
import { stackOf } from '../support/stack.ts'

/** What a running Madang tells of itself is what happens to it. */

const stack = stackOf(test, {
  SOCKET_SOFT_BYTES: 65_536,
  SOCKET_HARD_BYTES: 65_536,
  STREAM_MAX_BYTES: 65_536,
  STREAMS_PER_ACCOUNT: 100,
})
let crowd: Crowd
let mentor: Visitor
let alice: Visitor
let bob: Visitor

test.serial.before('people come', async () => {
  crowd = new Crowd(stack())
  mentor = await crowd.visitor('minji', 'mentor')
  alice = await crowd.visitor('alice')
  bob = await crowd.visitor('bob')
})
test.serial.after.always('people leave', () => crowd.leave())

const server = (): string => stack().serverAddress('server-1')
const worker = (): string => stack().workerAddress
const socketOf = (visitor: Visitor): Promise<RawSocket> => RawSocket.open(server(), visitor.person)

/** A room in which these have a seat. */
async function roomWith(...guests: Visitor[]): Promise<string> {
  const room = await openRoom(mentor.person, { name: 'yard', topic: '', seats: 10 })
  for (const guest of guests) await takeSeat(guest.person, room)
  return room
}

type Growth = (name: string, labels?: Record<string, string>) => number

/** How much each number has grown since. */
async function watch(address: string): Promise<() => Promise<Growth>> {
  const before = await scrape(address)
  return async () => {
    const after = await scrape(address)
    return (name, labels) => after.sum(name, labels) - before.sum(name, labels)
  }
}

test.serial('what is sent is counted by what its sender was told, and timed until its listeners have it', async (t) => {
  const room = await roomWith(alice)
  const [atAlice, atBob] = [await socketOf(alice), await socketOf(bob)]
  await atAlice.ask({ type: 'subscribe', room })
  const since = await watch(server())
  const line = { type: 'send', room, id: randomUUIDv7(), body: '안녕하세요' }

  t.is((await atAlice.ask(line)).type, 'ack')
  t.is((await atAlice.ask(line))['duplicate'], true)
  t.is((await atBob.ask({ ...line, id: randomUUIDv7() }))['code'], 'not_member')
  await atAlice.frame('the line', (frame) => frame.type === 'entry' && frame['id'] === line.id)

  const grown = await since()
  const outcomes = ['kept', 'duplicate', 'not_member', 'unavailable']
  t.deepEqual(
    outcomes.map((outcome) => grown('madang_sends_total', { outcome })),
    [1, 1, 1, 0],
  )
  t.is(grown('madang_send_deliver_seconds_count'), 1)
  t.true(grown('madang_send_deliver_seconds_sum') > 0 && grown('madang_send_deliver_seconds_sum') < 30)
  t.is(grown('madang_deliveries_total'), 1)
  t.is(grown('madang_append_batch_entries_count'), 3)
  t.is(grown('madang_append_batch_entries_sum'), 3)
  t.is(grown('madang_append_duration_seconds_count'), 3)
  t.is(grown('madang_socket_frames_total'), 3)
  for (const socket of [atAlice, atBob]) socket.close()
})

test.serial('sockets and streams are counted while they are open, and so is who is not let in', async (t) => {
  // Those of others may be on their way out still.
  const isEmpty = async (): Promise<boolean> => (await scrape(server())).sum('madang_sockets') === 0
  await eventually(isEmpty)
  const room = await roomWith(alice)
  const since = await watch(server())
  const socket = await socketOf(alice)
  await socket.ask({ type: 'subscribe', room })
  const stream = new AbortController()
  t.teardown(() => stream.abort())
  const headers = { authorization: `Bearer ${await bob.person.token(false)}` }
  t.is((await fetch(`${server()}/v1/stream`, { headers, signal: stream.signal })).status, 200)
  t.is(await refusedUpgrade(), 401)

  const grown = await since()
  t.is(grown('madang_sockets'), 1)
  t.is(grown('madang_sockets_opened_total'), 1)
  t.is(grown('madang_rooms_followed'), 1)
  t.is(grown('madang_streams'), 1)
  t.is(grown('madang_streams_opened_total'), 1)
  t.is(grown('madang_sockets_refused_total', { code: 'not_signed_in' }), 1)

  stream.abort()
  socket.close()
  await eventually(isEmpty)
  await eventually(async () => (await since())('madang_streams') === 0)
})

/** The status that somebody hears who asks for a socket without signing in. */
function refusedUpgrade(): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${server().replace('http', 'ws')}/v1/socket`, 'madang.v1')
    socket.on('unexpected-response', (asked, answer) => {
      asked.destroy()
      resolve(answer.statusCode)
    })
    socket.on('open', () => reject(new Error('a socket was opened')))
    socket.on('error', () => undefined)
  })
}

test.serial('who does not keep up is counted when they are cut off: a socket', async (t) => {
  const room = await roomWith(alice, bob)
  const [slow, speaker] = [await openPaused(alice, room), await socketOf(bob)]
  const since = await watch(server())

  const body = 'x'.repeat(4000)
  await eventually(async () => {
    await Promise.all(Array.from({ length: 200 }, () => speaker.ask({ type: 'send', room, id: randomUUIDv7(), body })))
    return (await since())('madang_sockets_closed_total', { reason: 'slow' }) > 0
  })

  t.is((await since())('madang_sockets_closed_total', { reason: 'slow' }), 1)
  slow.destroy()
  speaker.close()
})

/** A socket that subscribes to a room, and reads nothing from then on. */
async function openPaused(visitor: Visitor, room: string) {
  const { hostname, port } = new URL(server())
  const token = await visitor.person.token(false)
  const socket = connect(Number(port), hostname)
  const lines = [
    'GET /v1/socket HTTP/1.1',
    `Host: ${hostname}`,
    ...['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Protocol: madang.v1'],
    `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}`,
    `Authorization: Bearer ${token}`,
  ]
  socket.on('error', () => undefined)
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  let heard = ''
  socket.on('data', (bytes) => void (heard += bytes.toString('latin1')))
  await eventually(() => heard.includes('"hello"'))
  socket.write(maskedText(JSON.stringify({ type: 'subscribe', ref: 1, room })))
  await eventually(() => heard.includes('"subscribed"'))
  socket.pause()
  return socket
}

/** A short text frame under a mask of zeros. */
function maskedText(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x81, 0x80 | Buffer.byteLength(text), 0, 0, 0, 0]), Buffer.from(text)])
}

test.serial('who does not keep up is counted when they are cut off: a stream', async (t) => {
  const { hostname, port } = new URL(server())
  const stream = connect(Number(port), hostname)
  stream.on('error', () => undefined)
  const token = await alice.person.token(false)
  stream.write(`GET /v1/stream HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${token}\r\n\r\n`)
  let heard = ''
  stream.on('data', (bytes) => void (heard += bytes.toString('latin1')))
  await eventually(() => heard.includes('event: ready'))
  stream.pause()
  const since = await watch(server())

  const data = JSON.stringify({ text: 'x'.repeat(100_000) })
  await eventually(async () => {
    const events = Array.from({ length: 20 }, () => ({ topic: 'timeline', type: 'test.told', data }))
    await stack().world.sql('events').insert(events)
    return (await since())('madang_streams_cut_off_total') > 0
  })

  t.is((await since())('madang_streams_cut_off_total'), 1)
  stream.destroy()
})

/** For methods that fetch does not know. */
function ask(method: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asking = request(new URL(path, server()), { method, agent: false }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0))
    })
    asking.on('error', reject).end()
  })
}

test.serial(
  'whatever is asked for, requests are counted by our own patterns and by methods that we know',
  async (t) => {
    const document = (await (await fetch(`${server()}/openapi.json`)).json()) as OpenApiDocument
    const patterns = Object.keys(document.paths).map((path) => path.replaceAll(/\{(\w+)\}/g, ':$1'))
    const before = await scrape(server())

    for (let n = 0; n < 40; n += 1) {
      await ask('GET', `/${randomUUID()}/${n}?secret=${randomUUID()}`)
      await ask('GET', `/v1/rooms/${n}`)
      await ask('POST', `/v1/rooms/${encodeURIComponent(`"}\n${n}`)}/messages`)
    }
    for (const method of ['PROPFIND', 'MKCOL', 'LOCK', 'OPTIONS', 'PATCH']) await ask(method, `/${randomUUID()}`)

    const after = await scrape(server())
    const requests = after.series('madang_http_requests_total')
    const routes = new Set(requests.map(({ labels }) => labels['route'] ?? ''))
    t.deepEqual(
      [...routes].filter((route) => route !== 'none' && !patterns.includes(route)),
      [],
    )
    const methods = new Set(requests.map(({ labels }) => labels['method'] ?? ''))
    t.deepEqual(
      [...methods].filter((method) => !/^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|other)$/.test(method)),
      [],
    )
    t.true(requests.length - before.series('madang_http_requests_total').length <= 8)
    const grown: Growth = (name, labels) => after.sum(name, labels) - before.sum(name, labels)
    t.is(grown('madang_http_requests_total', { method: 'GET', route: 'none', status: '404' }), 40)
    t.is(grown('madang_http_requests_total', { method: 'GET', route: '/v1/rooms/:id', status: '401' }), 40)
    t.is(grown('madang_http_requests_total', { method: 'other', route: 'none' }), 3)
    t.is(grown('madang_http_request_duration_seconds_count', { route: '/v1/rooms/:id', status: '4xx' }), 40)
    t.is(after.sum('madang_http_requests_total', { route: '/metrics' }), 0, 'probes are left out')
  },
)

test.serial('a worker shows what waits in Redis, the flush that stores it, and the closing that ends it', async (t) => {
  const since = await watch(worker())
  const room = await roomWith(alice)
  const session = await alice.join(room)
  await session.say('one')
  await session.say('two')

  const waiting = await eventually(async () => {
    const found = await scrape(worker())
    return found.sum('madang_buffered_entries') >= 2 && found
  })
  t.true(waiting.sum('madang_buffered_rooms') >= 1)
  t.true(waiting.sum('madang_buffered_oldest_seconds') > 0)

  const { lastSeq } = await closeRoom(mentor.person, room)
  t.is((await finalClosing(mentor.person, room, 20_000)).state, 'sealed')

  // A closing is final before it is counted, and before its job has ended.
  const done = { queue: 'close-rooms', outcome: 'done' }
  t.true(await eventually(async () => (await since())('madang_job_duration_seconds_count', done) >= 1))
  const grown = await since()
  t.true(grown('madang_flushed_rows_total') >= (lastSeq ?? Infinity))
  t.true(grown('madang_flush_duration_seconds_count') >= 1)
  t.is(grown('madang_flush_failures_total'), 0)
  t.is(grown('madang_closings_ended_total', { state: 'sealed' }), 1)
  t.is(grown('madang_closings_ended_total', { state: 'quarantined' }), 0)
  const after = await scrape(worker())
  for (const queue of ['flush-rooms', 'close-rooms', 'render-pictures'])
    for (const state of ['waiting', 'active', 'delayed', 'failed'])
      t.is(typeof after.value('madang_queue_jobs', { queue, state }), 'number', `${queue} ${state}`)
  t.is(after.value('madang_redis_append_only_ok'), 1)
  t.is(after.sum('madang_survey_failures_total'), 0)
})

test.serial('a closing that waits shows by its state and its age', async (t) => {
  const { sql } = stack().world
  const rooms = [910_001, 910_002, 910_003]
  t.teardown(() => sql('end_room').whereIn('room_id', rooms).delete())
  const requested = sql.raw('NOW(3) - INTERVAL 400 SECOND')
  await sql('end_room').insert([
    { room_id: rooms[0], state: 'draining', requested_at: requested },
    { room_id: rooms[1], state: 'quarantined', requested_at: requested },
    // An admin lets it be: who was woken by it is woken no more.
    { room_id: rooms[2], state: 'quarantined', requested_at: requested, accepted_at: sql.raw('NOW(3)') },
  ])

  const found = await eventually(async () => {
    const after = await scrape(worker())
    return after.value('madang_closings', { state: 'quarantined' }) === 1 && after
  })
  t.is(found.value('madang_closings', { state: 'accepted' }), 1)
  t.is(found.value('madang_closings', { state: 'draining' }), 1)
  t.is(found.value('madang_closings', { state: 'fenced' }), 0)
  t.is(found.value('madang_closings_oldest_seconds', { state: 'fenced' }), 0)
  const age = found.value('madang_closings_oldest_seconds', { state: 'draining' }) ?? 0
  t.true(age >= 400 && age < 700, String(age))
})

test.serial('the relay and the servers stand at one position when nothing is left to tell', async (t) => {
  const relay = await eventually(async () => {
    const [told, heard] = [await scrape(worker()), await scrape(server())]
    const position = told.value('madang_events_position')
    return position !== undefined && position > 0 && position === heard.value('madang_stream_position') && told
  })
  t.is(relay.value('madang_events_waiting'), 0)
  t.is(relay.value('madang_events_oldest_seconds'), 0)
})

test.serial('a Redis that goes and comes shows in each process, and in the epochs of its rooms', async (t) => {
  const room = await roomWith(alice)
  const socket = await socketOf(alice)
  await socket.ask({ type: 'send', room, id: randomUUIDv7(), body: 'before' })
  const since = await watch(server())

  await stack().kill('redis')
  await eventually(async () => (await scrape(server())).value('madang_redis_connected', { connection: 'append' }) === 0)
  const unknown = await socket.ask({ type: 'send', room, id: randomUUIDv7(), body: 'during' })
  await stack().start('redis')
  await eventually(async () => (await scrape(server())).value('madang_redis_connected', { connection: 'append' }) === 1)
  await eventually(
    async () => (await socket.ask({ type: 'send', room, id: randomUUIDv7(), body: 'after' })).type === 'ack',
  )

  // Each of them comes back by itself.
  for (const connection of ['commands', 'append', 'subscriber']) {
    const isBack = async () => (await since())('madang_redis_reconnects_total', { connection }) >= 1
    t.true(await eventually(isBack).catch(() => false), connection)
  }
  const grown = await since()
  t.is(unknown['code'], 'unavailable')
  t.true(grown('madang_sends_total', { outcome: 'unavailable' }) >= 1)
  t.true(grown('madang_append_failures_total') >= 1)
  t.true(grown('madang_epochs_ended_total', { cause: 'restart' }) >= 1)
  t.is(grown('madang_suspect_epochs_total'), 0)
  socket.close()
})

test.serial('each process says who it is, and how it stands with MySQL and with its own loop', async (t) => {
  for (const [address, name, role] of [
    [server(), 'server-1', 'server'],
    [worker(), 'worker-1', 'worker'],
  ] as const) {
    const found = await scrape(address)
    t.is(found.value('madang_process_info', { name, role }), 1)
    t.is(found.value('madang_mysql_connections_max'), stack().world.config.DATABASE_POOL_MAX)
    t.true(found.sum('madang_mysql_wait_seconds_count') > 0)
    t.is(found.sum('madang_mysql_wait_failures_total'), 0)
    t.true(found.sum('process_cpu_seconds_total') > 0)
    t.is(typeof found.value('nodejs_eventloop_lag_p99_seconds'), 'number')
    t.true(found.sum('madang_redis_memory_bytes') > 0)
  }
})
