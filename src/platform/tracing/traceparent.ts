/** Which span of which trace, and whether that one is kept: as W3C Trace Context writes it into the header `traceparent`. */
export interface TraceContext {
  traceId: string
  spanId: string
  /** The lowest bit says that it is kept. */
  traceFlags: number
  /** Of another process. */
  isRemote: true
}

const form = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/
const zeros = /^0+$/

/** Undefined for what is no `traceparent` of the version that is known; then a trace begins anew. */
export function contextOf(traceparent: string): TraceContext | undefined {
  const [, traceId = '0', spanId = '0', flags = '00'] = form.exec(traceparent) ?? []
  if (zeros.test(traceId) || zeros.test(spanId)) return undefined
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true }
}

export function traceparentOf(context: { traceId: string; spanId: string; traceFlags: number }): string {
  const flags = (context.traceFlags & 1).toString(16).padStart(2, '0')
  return `00-${context.traceId}-${context.spanId}-${flags}`
}
