import type { Log } from '../log.ts'
import type { HttpMiddleware } from './context.ts'

/** One line a request: the route's pattern and never the address line, which may carry what is nobody's business. */
export function logRequests(log: Log): HttpMiddleware {
  return async (ctx, next) => {
    const startedAt = performance.now()
    await next()
    const { requestId, route, account } = ctx.state
    const line = {
      requestId,
      method: ctx.method,
      route: route?.path,
      status: ctx.status,
      ms: Math.round((performance.now() - startedAt) * 10) / 10,
      account,
    }
    if (route?.isProbe === true) log.debug(line, 'request')
    else log.info(line, 'request')
  }
}
