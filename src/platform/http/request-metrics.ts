import type { Metrics } from '../metrics.ts'
import type { HttpMiddleware } from './context.ts'

const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Those that a route may have. Anybody may send another word where no route is. */
const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** Counts requests by the pattern of their route and never by the path that was sent, of which there is no end. Probes are left out. */
export function countRequests(metrics: Metrics): HttpMiddleware {
  const requests = metrics.counter({
    name: 'madang_http_requests_total',
    help: 'Requests that were answered, by route and status',
    labels: ['method', 'route', 'status'],
  })
  const durations = metrics.histogram({
    name: 'madang_http_request_duration_seconds',
    help: 'Time until the answer was ready to be sent, by route and class of the status',
    labels: ['method', 'route', 'status'],
    buckets,
  })
  return async (ctx, next) => {
    const startedAt = performance.now()
    await next()
    const { route } = ctx.state
    if (route?.isProbe === true) return
    const labels = { method: methods.has(ctx.method) ? ctx.method : 'other', route: route?.path ?? 'none' }
    requests.inc({ ...labels, status: String(ctx.status) })
    durations.observe(
      { ...labels, status: `${Math.trunc(ctx.status / 100)}xx` },
      (performance.now() - startedAt) / 1000,
    )
  }
}
