import { randomUUIDv7 } from 'node:crypto'
import { once } from 'node:events'
import test from 'ava'
import { call, signUp } from '../accounts/client.ts'
import type { Person } from '../accounts/client.ts'
import { TestSocket } from '../platform/ws/test-socket.ts'
import { pictureForm } from '../security/things.ts'
import { startCollector } from '../support/collector.ts'
import type { Collector, ReceivedSpan } from '../support/collector.ts'
import { eventually } from '../support/eventually.ts'
import type { Loaded } from '../support/loaded-modules.ts'
import { startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'

/** What a collector is told of a whole way, by a stack that believes who names a trace. */
const preload = new URL('../support/loaded-modules.ts', import.meta.url).href
const collectorKey = 'a key that the collector asks for'

let collector: Collector
let stack: Stack
let alice: Person
let room: string

test.serial.before('a collector and a stack that is traced', async (t) => {
  t.timeout(60_000)
  collector = await startCollector()
  stack = await startStack(
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=${encodeURIComponent(collectorKey)}`,
      OTEL_BSP_SCHEDULE_DELAY: 50,
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
      TRACEPARENT: 'believe',
      FLUSH_ENTRIES: 3,
      LOG_LEVEL: 'info',
    },
    { preload, longestLog: 10_000_000 },
  )
  alice = await signUp(stack.address)
  await stack.world.sql('accounts').where({ username: alice.username }).update({ role: 'mentor' })
})
test.serial.after.always('the stack is stopped', async (t) => {
  await stack.stop()
  collector.close()
  t.pass()
})

test.beforeEach('a room of its own', async () => {
  const { body } = await call(stack.address, 'POST /v1/rooms', {
    token: alice.access,
    body: { name: 'yard', seats: 5 },
  })
  room = String(body['id'])
})

const trace = '0af7651916cd43dd8448eb211c80319c'
const stranger = 'b7ad6b7169203331'

const named = (spans: readonly ReceivedSpan[], name: string): ReceivedSpan | undefined =>
  spans.find((span) => span.name === name)

/** All spans of a trace, once those with these names are there, and of each the one above it: every process sends its own in its own time. */
function traceWith(traceId: string, names: readonly string[]): Promise<ReceivedSpan[]> {
  return eventually(() => {
    const spans = collector.spans.filter((span) => span.traceId === traceId)
    const ids = new Set([stranger, ...spans.map(({ spanId }) => spanId)])
    const isWhole = spans.every(({ parentSpanId }) => ids.has(parentSpanId))
    return isWhole && names.every((name) => named(spans, name) !== undefined) && spans
  })
}

/** Names from a span up to the first of its trace. */
function wayUp(spans: readonly ReceivedSpan[], from: ReceivedSpan): string[] {
  const above = spans.find((span) => span.spanId === from.parentSpanId)
  return above === undefined ? [from.name] : [from.name, ...wayUp(spans, above)]
}

test.serial('from a request to what was appended, flushed, closed and sealed: one trace', async (t) => {
  const headers = { traceparent: `00-${trace}-${stranger}-01` }
  for (let n = 0; n < 3; n += 1) {
    const said = { id: randomUUIDv7(), body: `a line that alice said ${n}` }
    await call(stack.address, `POST /v1/rooms/${room}/messages`, { token: alice.access, headers, body: said })
  }
  const close = await call(stack.address, `POST /v1/rooms/${room}/close`, { token: alice.access, headers })

  const spans = await traceWith(trace, [
    ...['POST /v1/rooms/:id/messages', 'append', 'ring flush-rooms', 'job flush-rooms', 'flush'],
    ...['POST /v1/rooms/:id/close', 'closing: fence', 'ring close-rooms', 'job close-rooms', 'closing'],
    ...['closing: drain', 'closing: verify', 'closing: seal', 'redis EVALSHA trim'],
  ])
  const request = named(spans, 'POST /v1/rooms/:id/close')
  t.is(request?.parentSpanId, stranger)
  t.like(request, { service: 'madang-server', kind: 2 })
  t.like(request?.facts, {
    'http.route': '/v1/rooms/:id/close',
    'http.request.method': 'POST',
    'madang.request_id': close.headers.get('x-request-id'),
  })
  t.is(Number(request?.facts['http.response.status_code']), 202)
  const flush = spans.find((span) => span.name === 'flush' && wayUp(spans, span).includes('job flush-rooms'))
  t.deepEqual(flush && wayUp(spans, flush), [
    ...['flush', 'job flush-rooms', 'ring flush-rooms', 'append', 'POST /v1/rooms/:id/messages'],
  ])
  t.like(flush, { service: 'madang-worker', instance: 'worker-1' })
  const seal = named(spans, 'closing: seal')
  t.deepEqual(seal && wayUp(spans, seal), [
    ...['closing: seal', 'closing', 'job close-rooms', 'ring close-rooms', 'POST /v1/rooms/:id/close'],
  ])
  t.is(Number(named(spans, 'job close-rooms')?.facts['madang.room']), Number(room))
  const asked = spans.map(({ name }) => name)
  for (const name of ['redis EVALSHA append', 'redis EVALSHA close', 'redis EVALSHA trim', 'mysql INSERT end_room']) {
    t.true(asked.includes(name), name)
  }
  t.true(asked.some((name) => name.startsWith('mysql ') && name.endsWith(' messages')))
})

test.serial('the lines of what is traced name the trace', async (t) => {
  const headers = { traceparent: `00-${trace.replace('0', '1')}-${stranger}-01` }
  const { headers: answer } = await call(stack.address, 'GET /v1/me', { token: alice.access, headers })
  const id = answer.get('x-request-id') ?? ''

  const line = await eventually(() =>
    [stack.logOf('server-1'), stack.logOf('server-2')]
      .flatMap((log) => log.split('\n'))
      .find((text) => text.includes(id) && text.includes('"request"')),
  )

  t.is((JSON.parse(line) as { traceId?: string }).traceId, trace.replace('0', '1'))
})

test.serial('a picture: the job goes on with the trace of the upload', async (t) => {
  const own = trace.replace('0', '2')
  await fetch(`${stack.address}/v1/media`, {
    method: 'POST',
    headers: { authorization: `Bearer ${alice.access}`, traceparent: `00-${own}-${stranger}-01` },
    body: await pictureForm(),
  })

  const spans = await traceWith(own, ['POST /v1/media', 'ring render-pictures', 'job render-pictures'])
  const job = named(spans, 'job render-pictures')

  t.deepEqual(job && wayUp(spans, job), ['job render-pictures', 'ring render-pictures', 'POST /v1/media'])
})

test.serial(
  'a frame is the first of a trace, and what many say at once is appended once for all of them',
  async (t) => {
    const url = `${stack.address.replace('http', 'ws')}/v1/socket`
    const socket = await TestSocket.open(url, { headers: { authorization: `Bearer ${alice.access}` } })
    const lines = Array.from({ length: 5 }, () => socket.ask({ type: 'send', room, id: randomUUIDv7(), body: 'hello' }))
    await Promise.all(lines)
    const odd = await socket.ask({ type: 'a type that alice made up', room })
    await socket.close()

    const frames = await eventually(() => {
      const found = collector.spans.filter(({ name }) => name === 'frame send')
      return found.length >= 5 && found
    })
    t.true(frames.every(({ parentSpanId, kind }) => parentSpanId === '' && kind === 2))
    const ids = new Set(frames.map(({ spanId }) => spanId))
    const appends = await eventually(() => {
      const found = collector.spans.filter(({ name, parentSpanId }) => name === 'append' && ids.has(parentSpanId))
      const spoken = found.flatMap(({ parentSpanId, links }) => [parentSpanId, ...links])
      return spoken.length >= 5 && found
    })
    // Each line is in one batch: its span is above that of the batch, or linked from it.
    t.deepEqual(appends.flatMap(({ parentSpanId, links }) => [parentSpanId, ...links]).toSorted(), [...ids].toSorted())
    t.is((await eventually(() => named(collector.spans, 'GET /v1/socket'))).kind, 2)
    const unknown = await eventually(() => named(collector.spans, 'frame unknown'))
    t.true(unknown.hasFailed)
    t.is(unknown.facts['error.type'], 'unsupported')
    t.is(unknown.facts['madang.request_id'], odd['requestId'])
  },
)

test.serial('nothing that somebody wrote, and no secret, is in what is sent', (t) => {
  const sent = collector.bodies.join('\n')

  t.true(sent.length > 10_000)
  t.true(sent.includes('deployment.environment.name'))
  const { TOKEN_KEYS = '', RECEIPT_KEY = '', REDIS_URL = '', DATABASE_URL = '' } = stack.world.env
  const secrets = { TOKEN_KEYS, RECEIPT_KEY, REDIS_URL, DATABASE_URL, collectorKey, access: alice.access }
  const words = { line: 'a line that alice said', said: 'hello', type: 'made up', name: alice.username, room: 'yard' }
  for (const [what, text] of Object.entries({ ...secrets, ...words, refresh: alice.refresh })) {
    t.true(text.length > 3, what)
    t.false(sent.includes(text), what)
  }
  t.is(collector.headers[0]?.authorization, collectorKey)
})

test.serial('probes and timers make no spans', (t) => {
  const names = new Set(collector.spans.map(({ name }) => name))

  t.deepEqual(
    [...names].filter((name) => /livez|readyz/.test(name)),
    [],
  )
  const first = collector.spans.filter(({ parentSpanId }) => parentSpanId === '').map(({ name }) => name)
  t.deepEqual(
    first.filter((name) => /^(mysql|redis) /.test(name)),
    [],
  )
})

test.serial('a process that stops sends what waits', async (t) => {
  const own = trace.replace('0', '3')
  const headers = { traceparent: `00-${own}-${stranger}-01` }
  await call(stack.serverAddress('server-2'), 'GET /v1/me', { token: alice.access, headers })

  t.is(await stack.terminate('server-2'), 0)

  t.true(collector.spans.some((span) => span.traceId === own && span.name === 'GET /v1/me'))
  await stack.start('server-2')
})

test.serial(
  'a collector that is gone harms nobody, is said once, and does not keep a process from stopping',
  async (t) => {
    collector.answerWith(500)
    for (let n = 0; n < 50; n += 1) {
      const { status } = await call(stack.serverAddress('server-1'), 'GET /v1/me', { token: alice.access })
      t.is(status, 200)
    }
    await eventually(() => stack.logOf('server-1').includes('spans cannot be sent'))
    collector.close()
    const { status } = await call(stack.serverAddress('server-1'), `POST /v1/rooms/${room}/close`, {
      token: alice.access,
    })
    t.is(status, 202)
    await eventually(async () => {
      const { body } = await call(stack.serverAddress('server-1'), `GET /v1/rooms/${room}/closing`, {
        token: alice.access,
      })
      return body['state'] === 'sealed'
    })

    t.is(await stack.terminate('server-1'), 0)

    t.is(stack.logOf('server-1').split('spans cannot be sent').length - 1, 1)
  },
)

test.serial('the packages of OpenTelemetry are loaded where something is traced', async (t) => {
  const worker = stack.childOf('worker-1')
  worker.send('modules')
  const [modules] = (await once(worker, 'message')) as [Loaded[]]

  t.true(modules.length > 100)
  const asked = modules.filter(({ from }) => from.endsWith('/src/platform/tracing/open-telemetry.ts'))
  t.true(asked.some(({ url }) => url.includes('/@opentelemetry/sdk-trace/')))
})
