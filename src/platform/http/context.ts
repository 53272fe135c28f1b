import { randomUUID } from 'node:crypto'
import type Koa from 'koa'
import type { AccountId } from '../ids.ts'
import type { Route } from './route.ts'
import type { Standing } from './rate-limit.ts'

/** What the steps of one request tell each other. */
export interface RequestState extends Koa.DefaultState {
  requestId: string
  route?: Route
  account?: AccountId
  standings: Standing[]
}

export type HttpContext = Koa.ParameterizedContext<RequestState>
export type HttpMiddleware = Koa.Middleware<RequestState>

const acceptable = /^[\w-]{8,64}$/

/** Gives the request its id: the one that Nginx gave it, else a new one. */
export const nameRequest: HttpMiddleware = (ctx, next) => {
  const given = ctx.get('x-request-id')
  ctx.state.requestId = acceptable.test(given) ? given : randomUUID()
  ctx.state.standings = []
  ctx.set('x-request-id', ctx.state.requestId)
  return next()
}
