import { because, causeNow } from '../cause.ts'
import type { Span, Tracer } from '../tracing/span.ts'
import { kindOf } from '../tracing/tracer.ts'
import type { HttpContext, HttpMiddleware } from './context.ts'

/** One span a request, by the pattern of its route: an address may carry what is nobody's business. Probes make none. */
export function traceRequests(tracer: Tracer, probes: ReadonlySet<string>): HttpMiddleware {
  return async (ctx, next) => {
    if (probes.has(ctx.path)) return next()
    const span = tracer.start(ctx.method, {
      kind: 'server',
      parent: tracer.believed(ctx.headers.traceparent),
      facts: { 'http.request.method': ctx.method, 'madang.request_id': ctx.state.requestId },
    })
    try {
      await because({ requestId: causeNow()?.requestId, span }, next)
    } catch (error) {
      span.fail(kindOf(error))
      throw error
    } finally {
      endSpan(span, ctx)
    }
  }
}

function endSpan(span: Span, { method, status, state: { route } }: HttpContext): void {
  if (route !== undefined) {
    span.rename(`${method} ${route.path}`)
    span.tell({ 'http.route': route.path })
  }
  span.tell({ 'http.response.status_code': status })
  if (status >= 500) span.fail(String(status))
  span.end()
}
