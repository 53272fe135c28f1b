import { ApiProblem } from './problem.ts'
import type { ProblemDocument } from './problem.ts'

export type Query = Readonly<Record<string, string | number | undefined>>

export interface Asking {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  query?: Query
  /** Sent as JSON. */
  body?: unknown
  /** Of requests that create: the same for every repeat, so that it is created once. */
  idempotencyKey?: string
  accept?: string
  signal?: AbortSignal
}

/** The REST side. All paths begin with `/`. */
export interface Http {
  /** The JSON of the answer; undefined where there is none (204). Errors: `ApiProblem`. */
  ask<Answer>(path: string, asking?: Asking): Promise<Answer>
  /** The answer as it comes, for bytes and streams, once it is not a refusal. Errors: `ApiProblem`. */
  fetch(path: string, asking?: Asking): Promise<Response>
  /** Exchanges the refresh token, once for all who ask meanwhile. False when the session is over. */
  refresh(): Promise<boolean>
}

export interface HttpOptions {
  /** Of the site, without a slash at the end; empty in a browser, where it is the page's own. */
  origin: string
  /** Sent with each request: how somebody else than a browser says who they are. */
  headers?: () => Readonly<Record<string, string>>
  /** Exchanges the refresh token; a browser's is in a cookie. Resolves with whether the session goes on. */
  refresh?: () => Promise<boolean>
  /** Called when the session turned out to be over. */
  onSignedOut?: () => void
}

/** Speaks to the REST side as `docs/protocol.md` says: an expired session is refreshed once and the request repeated. */
export function createHttp(options: HttpOptions): Http {
  let refreshing: Promise<boolean> | undefined

  async function send(path: string, asking: Asking): Promise<Response> {
    try {
      return await fetch(urlOf(options.origin, path, asking.query), {
        method: asking.method ?? 'GET',
        headers: { ...options.headers?.(), ...headersOf(asking) },
        ...(asking.body === undefined ? {} : { body: JSON.stringify(asking.body) }),
        ...(asking.signal === undefined ? {} : { signal: asking.signal }),
      })
    } catch (error) {
      if (asking.signal?.aborted === true) throw error
      throw new ApiProblem({ code: 'offline' })
    }
  }

  function refresh(): Promise<boolean> {
    refreshing ??= (options.refresh ?? refreshByCookie)().finally(() => (refreshing = undefined))
    return refreshing
  }

  async function refreshByCookie(): Promise<boolean> {
    const response = await send('/v1/sessions/refresh', { method: 'POST', body: {} })
    if (response.status >= 500 || response.status === 429) throw await problemOf(response)
    return response.ok
  }

  async function fetchOk(path: string, asking: Asking = {}): Promise<Response> {
    const first = await send(path, asking)
    if (first.ok) return first
    const problem = await problemOf(first)
    if (problem.code !== 'session_expired') throw tell(problem)
    if (!(await refresh())) throw tell(problem)
    const second = await send(path, asking)
    if (second.ok) return second
    throw tell(await problemOf(second))
  }

  function tell(problem: ApiProblem): ApiProblem {
    if (problem.code === 'not_signed_in' || problem.code === 'session_expired') options.onSignedOut?.()
    return problem
  }

  return {
    refresh,
    fetch: fetchOk,
    async ask<Answer>(path: string, asking?: Asking): Promise<Answer> {
      const response = await fetchOk(path, asking)
      const text = await response.text()
      return (text === '' ? undefined : JSON.parse(text)) as Answer
    },
  }
}

function headersOf({ body, idempotencyKey, accept }: Asking): Record<string, string> {
  return {
    accept: accept ?? 'application/json',
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
  }
}

function urlOf(origin: string, path: string, query: Query = {}): string {
  const given = Object.entries(query).filter((pair): pair is [string, string | number] => pair[1] !== undefined)
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
  return `${origin}${path}${search === '' ? '' : `?${search}`}`
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const type = response.headers.get('content-type') ?? ''
  if (type.startsWith('application/problem+json')) return new ApiProblem((await response.json()) as ProblemDocument)
  await response.body?.cancel()
  return new ApiProblem({ code: response.status >= 500 ? 'unavailable' : 'malformed', status: response.status })
}
