import type Koa from 'koa'
import { Problem } from '../errors.ts'
import type { HttpMiddleware } from './context.ts'
import { addressKey } from './rate-limit.ts'
import type { Limit, RateLimits } from './rate-limit.ts'
import { hasRole } from './viewer.ts'
import type { Authenticate, Role } from './viewer.ts'

/** Pages that another program has made and serves below a path of ours, to be looked at and nothing else. */
export interface Annex {
  /** Without a slash at its end. */
  path: string
  /** Who finds them: with each request anew. For everybody else there is nothing. */
  access: Role
  /** The Content-Security-Policy of its pages. */
  policy: string
  handle: Koa.Middleware
}

export interface AnnexDoor {
  authenticate: Authenticate
  limits?: RateLimits
  generalLimit?: Limit
}

/** Lets who may look in, by GET alone: nothing can be changed here, so there is nothing that another site could make a browser do. */
export function openAnnex(door: AnnexDoor, annex: Annex): HttpMiddleware {
  return async (ctx, next) => {
    if (ctx.path !== annex.path && !ctx.path.startsWith(`${annex.path}/`)) return next()
    const identity = await door.authenticate(ctx.headers)
    const viewer = identity.type === 'signed_in' ? identity.viewer : undefined
    await takeGeneral(door, ctx, viewer === undefined ? `address:${addressKey(ctx.ip)}` : `account:${viewer.account}`)
    if (viewer === undefined || !hasRole(viewer, annex.access)) throw new Problem('not_found')
    ctx.state.account = viewer.account
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') throw new Problem('method_not_allowed')
    await annex.handle(ctx as Koa.ParameterizedContext, async () => undefined)
    // What went wrong there is nobody's business, its stack least of all.
    if (ctx.status >= 500) throw new Problem('unavailable', { retryAfter: 5 })
    ctx.set('content-security-policy', annex.policy)
  }
}

async function takeGeneral(
  { limits, generalLimit }: AnnexDoor,
  ctx: Parameters<HttpMiddleware>[0],
  key: string,
): Promise<void> {
  if (limits === undefined || generalLimit === undefined) return
  const standing = await limits.take(generalLimit, key)
  ctx.state.standings.push(standing)
  if (standing.isOver) throw new Problem('rate_limited', { retryAfter: standing.resetSeconds })
}
