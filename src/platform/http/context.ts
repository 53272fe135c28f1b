import type Koa from 'koa'
import { because, requestIdOf } from '../cause.ts'
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

/** Gives the request its id, which all that it causes will name. */
export const nameRequest: HttpMiddleware = (ctx, next) => {
  const requestId = requestIdOf(ctx.headers)
  ctx.state.requestId = requestId
  ctx.state.standings = []
  ctx.res.setHeader('x-request-id', requestId)
  return because({ requestId }, next)
}
