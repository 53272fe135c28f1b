import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { Router } from '@koa/router'
import helmet from 'helmet'
import Koa from 'koa'
import { Problem } from '../errors.ts'
import type { Log } from '../log.ts'
import { tracing } from '../tracing/tracer.ts'
import { openAnnex } from './annex.ts'
import type { Annex } from './annex.ts'
import type { Metrics } from '../metrics.ts'
import { nameRequest } from './context.ts'
import type { HttpMiddleware, RequestState } from './context.ts'
import { dispatch } from './dispatch.ts'
import { answerProblems } from './errors.ts'
import type { IdempotencyParts } from './idempotency.ts'
import { addressKey } from './rate-limit.ts'
import type { Limit, RateLimits } from './rate-limit.ts'
import { logRequests } from './request-log.ts'
import { countRequests } from './request-metrics.ts'
import { traceRequests } from './request-spans.ts'
import type { Route } from './route.ts'
import type { Authenticate } from './viewer.ts'

export interface HttpAppOptions {
  log: Log
  routes: readonly Route[]
  annexes?: readonly Annex[]
  /** Without it nobody is ever signed in. */
  authenticate?: Authenticate
  /** Origins of our own pages. */
  origins?: ReadonlySet<string>
  limits?: RateLimits
  generalLimit?: Limit
  /** Needed by routes that are idempotent. */
  idempotency?: IdempotencyParts
  /** Where requests are counted. */
  metrics?: Metrics
  /** For tests: an answer that its route does not declare becomes a 500. */
  isAnswerChecked?: boolean
}

/** Times of `http.createServer`. Longer than Nginx keeps its connections, so that it is never Node that hangs up first. */
export const serverTimes = {
  keepAliveTimeout: 75_000,
  headersTimeout: 80_000,
  requestTimeout: 90_000,
} as const

/** Everything between the socket and the handlers of the route table. */
export function createHttpApp(options: HttpAppOptions): Koa<RequestState> {
  // Nginx overwrites X-Forwarded-For with the one address it saw itself.
  const app = new Koa<RequestState>({ proxy: true, maxIpsCount: 1 })
  app.on('error', (error: Error) => options.log.debug({ err: error }, 'an answer broke off'))
  app.use(nameRequest)
  app.use(securityHeaders())
  const tracer = tracing()
  if (tracer !== undefined) app.use(traceRequests(tracer, probesAmong(options.routes)))
  app.use(logRequests(options.log))
  if (options.metrics !== undefined) app.use(countRequests(options.metrics))
  app.use(answerProblems(options.log))
  for (const annex of options.annexes ?? []) app.use(openAnnex({ authenticate: nobody, ...options }, annex))
  const router = createRouter(options)
  app.use(knownPaths(router, options.routes))
  app.use(router.routes())
  app.use(limitStrays(options))
  app.use(router.allowedMethods())
  return app
}

function probesAmong(routes: readonly Route[]): ReadonlySet<string> {
  return new Set(routes.filter(({ isProbe }) => isProbe).map(({ path }) => path))
}

/** What helmet says is the same for every answer: it is asked once. */
function securityHeaders(): HttpMiddleware {
  const answer = new ServerResponse(new IncomingMessage(new Socket()))
  protect(answer.req, answer, () => undefined)
  const headers = Object.entries(answer.getHeaders()).map(([name, value]) => [name, String(value)] as const)
  return (ctx, next) => {
    for (const [name, value] of headers) ctx.res.setHeader(name, value)
    return next()
  }
}

/** Answers are data and never pages: a browser that shows one runs nothing in it. */
const protect = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"], 'base-uri': ["'none'"] },
  },
  frameguard: { action: 'deny' },
})

/** What no route takes is counted too, by address: nobody may look for paths without end. */
function limitStrays({ limits, generalLimit }: HttpAppOptions): HttpMiddleware {
  return async (ctx, next) => {
    if (limits !== undefined && generalLimit !== undefined && ctx.state.route === undefined) {
      const standing = await limits.take(generalLimit, `address:${addressKey(ctx.ip)}`)
      ctx.state.standings.push(standing)
      if (standing.isOver) throw new Problem('rate_limited', { retryAfter: standing.resetSeconds })
    }
    await next()
  }
}

const nobody: Authenticate = async () => ({ type: 'anonymous' })

function createRouter(options: HttpAppOptions): Router<RequestState> {
  const router = new Router<RequestState>({ strict: true, sensitive: true })
  const door = {
    authenticate: options.authenticate ?? nobody,
    origins: options.origins ?? new Set<string>(),
    limits: options.limits,
    generalLimit: options.generalLimit,
    idempotency: options.idempotency,
    isAnswerChecked: options.isAnswerChecked ?? false,
  }
  requireKeeping(options)
  for (const route of options.routes) router.register(route.path, [route.method], dispatch(door, route))
  return router
}

/** `:id`, `*rest`, `{/optional}`: somebody may also ask for such a path as it is written here, and that is one more with parts. */
const hasParts = /[:*{]/

/**
 * Most requests name a path without parts. Their route is found by one look; the router, which tries the expression of each route that
 * there is, is asked about each such path once.
 */
function knownPaths(router: Router<RequestState>, routes: readonly Route[]): HttpMiddleware {
  const known = new Map<string, HttpMiddleware>()
  for (const { method, path } of routes.filter((route) => !hasParts.test(route.path))) {
    const [layer] = router.match(path, method).pathAndMethod
    const [handle] = layer?.path === path ? layer.stack : []
    if (handle !== undefined) known.set(`${method} ${path}`, handle as HttpMiddleware)
  }
  return (ctx, next) => known.get(`${ctx.method} ${ctx.path}`)?.(ctx, next) ?? next()
}

/** A key that is overlooked would be a promise broken in silence, and a key without an account would be everybody's. */
function requireKeeping({ routes, idempotency }: HttpAppOptions): void {
  const idempotent = routes.filter((route) => route.isIdempotent)
  const wrong = idempotent.find((route) => idempotency === undefined || route.access === 'public')
  if (wrong !== undefined) throw new Error(`${wrong.method} ${wrong.path} cannot be idempotent here`)
}
