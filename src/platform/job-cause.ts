import { because, causeNow } from './cause.ts'
import type { Log } from './log.ts'
import type { Facts } from './tracing/span.ts'
import { inSpan, tracing } from './tracing/tracer.ts'

/** Because of what a job was rung for, as it stands in its data. A job that waits already is not doubled: it names who rang first. */
export interface Caused {
  requestId?: string
  traceparent?: string
}

export function causedNow(): Caused {
  const { requestId, span } = causeNow() ?? {}
  return {
    ...(requestId === undefined ? {} : { requestId }),
    ...(span === undefined ? {} : { traceparent: span.traceparent }),
  }
}

/** What stands in the queue may have been written by an older version. */
export function causedBy(data: unknown): { requestId: string | undefined; traceparent: string | undefined } {
  const { requestId, traceparent } = (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>
  return { requestId: textOrNone(requestId), traceparent: textOrNone(traceparent) }
}

/** Jobs carry numbers, of rooms or pictures, and nothing that somebody wrote. */
export function factsOf(queue: string, data: object): Facts {
  const numbers = Object.entries(data).filter((entry): entry is [string, number] => typeof entry[1] === 'number')
  return {
    'messaging.system': 'bullmq',
    'messaging.destination.name': queue,
    ...Object.fromEntries(numbers.map(([name, value]) => [`madang.${name}`, value])),
  }
}

/** A job that a worker has taken. */
export interface Taken {
  queue: string
  job: string | undefined
  data: object
  log: Log
}

/** Does a job because of what it was rung for, on the same trace, and says so when it is done. */
export function becauseOfJob({ queue, job, data, log }: Taken, work: () => Promise<void>): Promise<void> {
  const { requestId, traceparent } = causedBy(data)
  return because({ requestId }, async () => {
    const startedAt = performance.now()
    const options = { kind: 'consumer', parent: traceparent, facts: factsOf(queue, data) } as const
    const span = tracing()?.start(`job ${queue}`, options)
    await (span === undefined ? work() : inSpan(span, work))
    log.info({ queue, job, ms: Math.round((performance.now() - startedAt) * 10) / 10 }, 'job done')
  })
}

function textOrNone(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
