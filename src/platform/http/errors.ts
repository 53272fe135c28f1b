import type { Log } from '../log.ts'
import { Problem } from '../errors.ts'
import { isOutage } from '../outage.ts'
import type { HttpContext, HttpMiddleware } from './context.ts'
import { tellLimits } from './rate-limit.ts'

/** Every error leaves as problem+json. What nobody expected is logged here, once. */
export function answerProblems(log: Log): HttpMiddleware {
  return async (ctx, next) => {
    try {
      await next()
      requireAnswer(ctx)
    } catch (error) {
      const problem = toProblem(error)
      const line = { err: error, requestId: ctx.state.requestId }
      if (problem.code === 'internal') log.error(line, 'request failed')
      else if (problem.code === 'unavailable') log.warn(line, 'request could not be served')
      writeProblem(ctx, problem)
    }
    if (!ctx.headerSent) tellLimits(ctx.res, ctx.state.standings)
  }
}

/** Statuses that the router leaves without a body: no such path, no such method. */
function requireAnswer(ctx: HttpContext): void {
  if (ctx.state.route !== undefined) return
  if (ctx.status === 404) throw new Problem('not_found')
  if (ctx.status === 405 || ctx.status === 501) throw new Problem('method_not_allowed')
}

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (isClientFault(error)) return new Problem('malformed', { cause: error })
  if (isOutage(error)) return new Problem('unavailable', { retryAfter: 5, cause: error })
  return new Problem('internal', { cause: error })
}

/** Errors with which Koa and the router refuse a request that cannot be read, such as a path with a bad escape. */
function isClientFault(error: unknown): boolean {
  return error instanceof Error && 'expose' in error && error.expose === true && 'status' in error
}

function writeProblem(ctx: HttpContext, problem: Problem): void {
  ctx.status = problem.status
  ctx.body = JSON.stringify(problem.toDocument(ctx.state.requestId))
  ctx.set('content-type', 'application/problem+json')
  ctx.set('cache-control', 'no-store')
  if (problem.retryAfter !== undefined) ctx.set('retry-after', String(problem.retryAfter))
  // Without `close` Node would keep a connection open that the request asked to close, and refuse what comes next on it.
  if (problem.code === 'upgrade_required') ctx.set({ upgrade: 'websocket', connection: 'upgrade, close' })
  // The rest of a body that nobody will read must not be taken for the next request.
  if (problem.code === 'body_too_large') ctx.set('connection', 'close')
}
