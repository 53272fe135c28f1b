import { causeNow } from '../cause.ts'
import { inSpan, tracing } from '../tracing/tracer.ts'
import type { ConnectionHandlers } from './connection.ts'

/**
 * One span a frame, from its arrival to its answer, each the first of a trace: a socket lives for hours. Of what a client sends only
 * the type is told, if it is one of `types`. Where nothing is traced these are the handlers themselves.
 */
export function traceFrames(handlers: ConnectionHandlers, types: ReadonlySet<string>): ConnectionHandlers {
  const tracer = tracing()
  if (tracer === undefined) return handlers
  return {
    frame(value) {
      const facts = { 'madang.request_id': causeNow()?.requestId ?? '' }
      const span = tracer.start(`frame ${typeOf(value, types)}`, { kind: 'server', facts })
      return inSpan(span, async () => handlers.frame(value))
    },
    closed: () => handlers.closed(),
  }
}

function typeOf(value: unknown, types: ReadonlySet<string>): string {
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined
  return typeof type === 'string' && types.has(type) ? type : 'unknown'
}
