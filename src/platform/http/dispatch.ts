import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { z } from 'zod'
import { because } from '../cause.ts'
import { Problem } from '../errors.ts'
import { admit } from './admit.ts'
import { readJson } from './body.ts'
import type { HttpContext, HttpMiddleware } from './context.ts'
import { readCookies, writeCookie } from './cookies.ts'
import { answerFresh } from './etag.ts'
import { atMostOnce, readIdempotencyKey } from './idempotency.ts'
import type { IdempotencyParts } from './idempotency.ts'
import { requireOwnOrigin } from './origin.ts'
import { addressKey, tellLimits } from './rate-limit.ts'
import type { Limit, RateLimits } from './rate-limit.ts'
import type { Answer, Once, RequestFacts, Route } from './route.ts'
import type { Authenticate, Identity, Viewer } from './viewer.ts'

export interface Doorkeeping {
  authenticate: Authenticate
  origins: ReadonlySet<string>
  /** Without it nothing is limited. */
  limits: RateLimits | undefined
  /** For every account, or address when not signed in. */
  generalLimit: Limit | undefined
  /** For routes that are idempotent. */
  idempotency: IdempotencyParts | undefined
  /** Tests hold every answer to the schema of its route; what does not fit becomes a 500. */
  isAnswerChecked: boolean
}

/** What happens to a request once its route is known. */
export function dispatch(door: Doorkeeping, route: Route): HttpMiddleware {
  return async (ctx) => {
    ctx.state.route = route
    const facts = factsOf(door, ctx)
    const identity = await door.authenticate(ctx.headers)
    if (identity.type === 'signed_in') ctx.state.account = identity.viewer.account
    await takeLimits(door, route, facts, limitKey(identity, ctx.ip))
    requireOwnOrigin({ method: ctx.method, headers: ctx.headers, origins: door.origins })
    const viewer = admit(route.access, identity)
    const answer = await answerOf(door, route, { ctx, facts, viewer })
    if (door.isAnswerChecked) requireDeclared(route, answer)
    writeAnswer(ctx, route, answer)
  }
}

async function answerOf(
  door: Doorkeeping,
  route: Route,
  { ctx, facts, viewer }: { ctx: HttpContext; facts: RequestFacts; viewer: Viewer | undefined },
): Promise<Answer> {
  const key = route.isIdempotent ? readIdempotencyKey(ctx.headers['idempotency-key']) : undefined
  const json = route.body === undefined ? undefined : await readJson(ctx.req)
  const input = { ...facts, viewer, params: ctx.params, query: ctx.querystring, body: json?.value }
  if (key === undefined || viewer === undefined || door.idempotency === undefined) return route.handle(input)
  const keyed = { account: viewer.account, key, route: `${route.method} ${route.path}`, target: facts.target }
  return atMostOnce(door.idempotency, keyed, async (once) => {
    const first = route.upload === undefined ? await once.begin(fingerprintOf(json?.bytes)) : undefined
    return first ?? route.handle({ ...input, once })
  })
}

function fingerprintOf(bytes: Buffer | undefined): string {
  return createHash('sha256')
    .update(bytes ?? '')
    .digest('hex')
}

function factsOf(door: Doorkeeping, ctx: HttpContext): RequestFacts {
  return {
    requestId: ctx.state.requestId,
    ip: ctx.ip,
    target: ctx.url,
    headers: ctx.headers,
    cookies: readCookies(ctx.headers.cookie),
    async take(limit, key) {
      if (door.limits === undefined) return
      const standing = await door.limits.take(limit, key)
      ctx.state.standings.push(standing)
      if (standing.isOver) throw new Problem('rate_limited', { retryAfter: standing.resetSeconds })
    },
    raw: { request: ctx.req, response: ctx.res },
    once: withoutKey,
  }
}

const withoutKey: Once = { begin: async () => undefined, settle: async () => undefined }

async function takeLimits(door: Doorkeeping, route: Route, facts: RequestFacts, key: string): Promise<void> {
  if (route.isProbe) return
  if (door.generalLimit !== undefined) await facts.take(door.generalLimit, key)
  if (route.limit !== undefined) await facts.take(route.limit, key)
}

function limitKey(identity: Identity, ip: string): string {
  return identity.type === 'signed_in' ? `account:${identity.viewer.account}` : `address:${addressKey(ip)}`
}

/** Fields go to Node itself: Koa's `set` makes five objects of each. */
function writeAnswer(ctx: HttpContext, route: Route, answer: Answer): void {
  const { res } = ctx
  ctx.status = answer.status
  res.setHeader('cache-control', 'no-store')
  if (answer.body instanceof Readable) ctx.body = answer.body
  else if (answer.json !== undefined || answer.body !== undefined) {
    // Before the body, whose kind Koa would guess at otherwise.
    res.setHeader('content-type', 'application/json')
    // As bytes: a text would be encoded once to be counted, once for its ETag, and once to be sent.
    ctx.body = answer.json ?? Buffer.from(JSON.stringify(answer.body))
  }
  for (const [name, value] of Object.entries(answer.headers ?? {})) res.setHeader(name, value)
  if (route.hasEtag && answer.status === 200) answerFresh(ctx, answer)
  if (answer.cookies !== undefined) res.setHeader('set-cookie', answer.cookies.map(writeCookie))
  if (answer.takeOver !== undefined) handOver(ctx, answer.takeOver)
}

/**
 * Koa would pipe a stream and log an error whenever a reader leaves: the response goes to whom it belongs instead. It outlives its request, and
 * what it tells is not because of that one.
 */
function handOver(ctx: HttpContext, takeOver: (response: ServerResponse) => void): void {
  ctx.respond = false
  tellLimits(ctx.res, ctx.state.standings)
  ctx.res.statusCode = ctx.status
  ctx.flushHeaders()
  because(undefined, () => takeOver(ctx.res))
}

function requireDeclared(route: Route, answer: Answer): void {
  const shape = route.answers[answer.status]
  if (shape === undefined) throw new Error(`${route.method} ${route.path} does not declare ${answer.status}`)
  if (shape instanceof z.ZodType)
    shape.parse(answer.json === undefined ? answer.body : JSON.parse(answer.json.toString()))
}
