import test from 'ava'
import type { ExecutionContext } from 'ava'
import { pino } from 'pino'
import { openTelemetry } from '../../../src/platform/tracing/open-telemetry.ts'
import type { TracingSettings } from '../../../src/platform/tracing/open-telemetry.ts'
import { startTracing } from '../../../src/platform/tracing/start.ts'
import { traced, tracing } from '../../../src/platform/tracing/tracer.ts'
import { Problem } from '../../../src/platform/errors.ts'
import { startCollector } from '../../support/collector.ts'
import type { Collector } from '../../support/collector.ts'
import { eventually } from '../../support/eventually.ts'

const settings = {
  headers: {},
  resource: { 'service.name': 'madang-test' },
  share: 1,
  mostWaiting: 100,
  everyMs: 10,
  timeoutMs: 10_000,
  believesRequests: false,
}

async function collect(t: ExecutionContext): Promise<Collector> {
  const collector = await startCollector()
  t.teardown(() => collector.close())
  return collector
}

function open(t: ExecutionContext, changes: Partial<TracingSettings> & { endpoint: string }) {
  const lines: Record<string, unknown>[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const { tracer, close } = openTelemetry({ ...settings, ...changes }, log)
  t.teardown(() => close().catch(() => undefined))
  return { tracer, close, lines }
}

/** Where nobody listens. */
const nowhere = 'http://127.0.0.1:9'

test('as many spans as the queue holds wait for a collector, and one more is dropped', async (t) => {
  const collector = await collect(t)
  const letGo = collector.hold()
  const { tracer, close } = open(t, { endpoint: collector.endpoint, mostWaiting: 10, everyMs: 60_000 })
  const make = (from: number, to: number): void => {
    for (let n = from; n <= to; n += 1) tracer.start(`span ${n}`).end()
  }

  make(1, 10)
  await eventually(() => collector.spans.length === 10)
  make(11, 21)
  letGo()
  await close()

  t.deepEqual(
    collector.spans.map(({ name }) => name),
    Array.from({ length: 20 }, (_, index) => `span ${index + 1}`),
  )
})

test('of the traces that begin here a share is kept, whole or not at all', (t) => {
  const { tracer } = open(t, { endpoint: nowhere, share: 0.5 })
  const traces = Array.from({ length: 1000 }, () => {
    const first = tracer.start('first')
    return [first, tracer.start('second', { parent: first })]
  })

  const kept = traces.filter(([first]) => first?.traceId !== undefined)
  t.true(kept.length > 300 && kept.length < 700, String(kept.length))
  for (const [first, second] of traces) t.is(first?.traceId, second?.traceId)
})

test('with a share of nothing only what others began is kept', (t) => {
  const { tracer } = open(t, { endpoint: nowhere, share: 0 })
  const [trace, span] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331']

  t.is(tracer.start('ours').traceId, undefined)
  t.is(tracer.start('theirs', { parent: `00-${trace}-${span}-01` }).traceId, trace)
  t.is(tracer.start('theirs, not kept', { parent: `00-${trace}-${span}-00` }).traceId, undefined)
  t.is(tracer.start('no parent at all', { parent: 'nonsense' }).traceId, undefined)
})

test('a request that names a trace is believed where the settings say so, and nowhere else', (t) => {
  const header = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

  t.is(open(t, { endpoint: nowhere }).tracer.believed(header), undefined)
  t.is(open(t, { endpoint: nowhere, believesRequests: true }).tracer.believed(header), header)
  t.is(open(t, { endpoint: nowhere, believesRequests: true }).tracer.believed([header, header]), undefined)
})

test.serial('what failed says of its error the kind, and long texts are cut', async (t) => {
  const collector = await collect(t)
  const { close } = await startTracing({ ...settings, endpoint: collector.endpoint }, pino({ level: 'silent' }))
  t.teardown(close)

  const refused = traced('refused', { facts: { long: 'x'.repeat(10_000) } }, () =>
    Promise.reject(new Problem('not_found', { detail: 'what somebody wrote' })),
  )
  await t.throwsAsync(refused)
  t.is(await traced('done', {}, async () => 7), 7)
  const [span] = await eventually(() => collector.spans.length === 2 && collector.spans)

  t.like(span, { name: 'refused', hasFailed: true, service: 'madang-test' })
  t.is(span?.facts['error.type'], 'not_found')
  t.is(String(span?.facts['long']).length, 256)
  t.false(collector.bodies.join().includes('what somebody wrote'))
})

test('a collector that is away is said once, and once that it is back', async (t) => {
  const collector = await collect(t)
  collector.answerWith(400)
  const { tracer, lines } = open(t, { endpoint: collector.endpoint })
  const sent = async (count: number): Promise<void> => {
    tracer.start('a span').end()
    await eventually(() => collector.bodies.length >= count)
  }

  await sent(1)
  await eventually(() => lines.length === 1)
  await sent(2)
  await sent(3)
  collector.answerWith(200)
  await sent(4)
  await eventually(() => lines.length === 2)

  t.deepEqual(
    lines.map(({ msg }) => msg),
    ['spans cannot be sent', 'spans are sent again'],
  )
})

test.serial('who stops does not wait for a collector that says nothing', async (t) => {
  const collector = await collect(t)
  const letGo = collector.hold()
  t.teardown(letGo)
  const lines: string[] = []
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) })
  const { close } = await startTracing({ ...settings, endpoint: collector.endpoint, timeoutMs: 600_000 }, log)
  await traced('a span', {}, async () => undefined)

  await close()

  t.is(tracing(), undefined)
  t.regex(lines.join(), /the last spans could not be sent/)
})
