import { Router } from '@koa/router'
import Koa from 'koa'
import helmet from 'koa-helmet'
import type { Log } from '../log.ts'
import { nameRequest } from './context.ts'
import type { RequestState } from './context.ts'
import { dispatch } from './dispatch.ts'
import { answerProblems } from './errors.ts'
import type { Limit, RateLimits } from './rate-limit.ts'
import { logRequests } from './request-log.ts'
import type { Route } from './route.ts'
import type { Authenticate } from './viewer.ts'

export interface HttpAppOptions {
  log: Log
  routes: readonly Route[]
  /** Without it nobody is ever signed in. */
  authenticate?: Authenticate
  /** Origins of our own pages. */
  origins?: ReadonlySet<string>
  limits?: RateLimits
  generalLimit?: Limit
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
  app.use(securityHeaders)
  app.use(logRequests(options.log))
  app.use(answerProblems(options.log))
  const router = createRouter(options)
  app.use(router.routes())
  app.use(router.allowedMethods())
  return app
}

/** Answers are data and never pages: a browser that shows one runs nothing in it. */
const securityHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"], 'base-uri': ["'none'"] },
  },
  frameguard: { action: 'deny' },
})

function createRouter(options: HttpAppOptions): Router<RequestState> {
  const router = new Router<RequestState>({ strict: true, sensitive: true })
  const door = {
    authenticate: options.authenticate ?? (async () => ({ type: 'anonymous' as const })),
    origins: options.origins ?? new Set<string>(),
    limits: options.limits,
    generalLimit: options.generalLimit,
    isAnswerChecked: options.isAnswerChecked ?? false,
  }
  for (const route of options.routes) router.register(route.path, [route.method], dispatch(door, route))
  return router
}
