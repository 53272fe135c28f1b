import { backoffMs, pause } from './patience.ts'
import { ApiProblem, problemOf } from './problem.ts'
import type { SessionKeeper } from './session-keeper.ts'
import type { SignedIn } from './types.ts'

export type Query = Readonly<Record<string, string | number | undefined>>

export interface Asking {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  query?: Query
  /** Sent as JSON. */
  body?: unknown
  /** Of requests that create: the same for every repeat, so that it is created once. */
  idempotencyKey?: string
  accept?: string
  /** Further headers. */
  headers?: Readonly<Record<string, string>>
  signal?: AbortSignal
}

/** The REST side. All paths begin with `/`. */
export interface Http {
  /** The JSON of the answer; undefined where there is none (204). Errors: `ApiProblem`. */
  ask<Answer>(path: string, asking?: Asking): Promise<Answer>
  /** The answer as it comes, for bytes and streams, once it is not a refusal. Errors: `ApiProblem`. */
  fetch(path: string, asking?: Asking): Promise<Response>
  /**
   * Sees to it that the session is another one than was `keptAt` that time, once for all who ask meanwhile, in other tabs too.
   * False when it is over. Errors: `ApiProblem`, when the server cannot be asked.
   */
  refresh(keptAt?: number): Promise<boolean>
  /** The address of a path, for links and uploads. */
  url(path: string, query?: Query): string
}

export interface HttpOptions {
  /** Of the site, without a slash at the end; empty in a browser, where it is the page's own. */
  origin: string
  session: SessionKeeper
  /** Called when the session turned out to be over. */
  onSignedOut?: () => void
  /** Called when something was refused for want of a right: a role may have been taken away. */
  onForbidden?: () => void
}

const answerMs = 30_000
/** Of what is asked only to know that somebody answers. */
const signMs = 5000
/** So long after an answer the next one is believed to come. */
const believedMs = 5000
const mostRepeats = 2
const longestPauseSeconds = 5
const repeatBackoff = { firstMs: 300, mostMs: 3000 }

/**
 * Speaks to the REST side as `docs/protocol.md` says. An expired session is refreshed once and the request repeated. What can be
 * repeated without harm, reading and what carries an `Idempotency-Key`, is tried again when no answer came or the server could not answer just now.
 */
export function createHttp(options: HttpOptions): Http {
  const { session } = options
  let refreshing: Promise<boolean> | undefined
  /** By the clock, which goes on while a device sleeps. Whoever brought this code has just answered. */
  let answeredAt = Date.now()

  function refresh(keptAt = session.keptAt): Promise<boolean> {
    refreshing ??= session.alone(() => exchange(keptAt)).finally(() => (refreshing = undefined))
    return refreshing
  }

  /**
   * An answer that was lost is asked for again at once: the server gives the same tokens once more, for some seconds, and ends the session of who asks after
   * them. So an exchange on its way is not given up early for another one. What a dead network can hold up is asked before it, and may be asked again without harm.
   */
  async function exchange(keptAt: number): Promise<boolean> {
    if (session.keptAt !== keptAt) return true
    const body = session.exchange()
    const response = await patiently({}, async () => {
      await findNetwork()
      return attempt('/v1/sessions/refresh', { method: 'POST', body }, async (answer) => {
        if (answer.status >= 500 || answer.status === 429) throw await problemOf(answer)
        return answer.ok ? ((await answer.json()) as SignedIn) : undefined
      })
    })
    if (response === undefined) session.forget()
    else session.keep(response)
    return response !== undefined
  }

  /** Any answer will do. Errors: `ApiProblem`, `timeout` or `offline`. */
  async function findNetwork(): Promise<void> {
    const sinceMs = Date.now() - answeredAt
    if (sinceMs < 0 || sinceMs >= believedMs) await attempt('/livez', {}, (answer) => answer.text(), signMs)
  }

  async function attempt<T>(
    path: string,
    asking: Asking,
    read: (response: Response) => Promise<T>,
    withinMs = answerMs,
  ): Promise<T> {
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(), withinMs)
    const { signal } = asking
    try {
      const response = await fetch(url(path, asking.query), {
        method: asking.method ?? 'GET',
        headers: { ...session.headers(), ...headersOf(asking) },
        ...(asking.body === undefined ? {} : { body: JSON.stringify(asking.body) }),
        signal: signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]),
      })
      answeredAt = Date.now()
      return await read(response)
    } catch (error) {
      if (error instanceof ApiProblem || signal?.aborted === true) throw error
      throw new ApiProblem({ code: late.signal.aborted ? 'timeout' : 'offline' })
    } finally {
      clearTimeout(timer)
    }
  }

  async function answered<T>(path: string, asking: Asking, read: (response: Response) => Promise<T>): Promise<T> {
    const readOk = async (response: Response): Promise<T> => {
      if (!response.ok) throw await problemOf(response)
      return read(response)
    }
    if (session.expiresAt !== undefined && session.expiresAt <= Date.now()) await refresh()
    const { keptAt } = session
    try {
      return await attempt(path, asking, readOk)
    } catch (error) {
      const hasExpired = error instanceof ApiProblem && error.code === 'session_expired'
      if (!hasExpired || !(await refresh(keptAt))) throw error
      return attempt(path, asking, readOk)
    }
  }

  async function say<T>(path: string, asking: Asking, read: (response: Response) => Promise<T>): Promise<T> {
    const isRepeatable = (asking.method ?? 'GET') === 'GET' || asking.idempotencyKey !== undefined
    try {
      return await (isRepeatable ? patiently(asking, () => answered(path, asking, read)) : answered(path, asking, read))
    } catch (error) {
      if (error instanceof ApiProblem && isOver(error)) {
        session.forget()
        options.onSignedOut?.()
      }
      if (error instanceof ApiProblem && error.code === 'forbidden') options.onForbidden?.()
      throw error
    }
  }

  function url(path: string, query: Query = {}): string {
    const given = Object.entries(query).filter((pair): pair is [string, string | number] => pair[1] !== undefined)
    const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
    return `${options.origin}${path}${search === '' ? '' : `?${search}`}`
  }

  return {
    refresh,
    url,
    fetch: (path, asking = {}) => say(path, asking, (response) => Promise.resolve(response)),
    ask: <Answer>(path: string, asking: Asking = {}) => say(path, asking, readJson<Answer>),
  }
}

async function readJson<Answer>(response: Response): Promise<Answer> {
  const text = await response.text()
  return (text === '' ? undefined : JSON.parse(text)) as Answer
}

/** Tries again what did not come through, or not now, as long as the wait is one that somebody who looks at it bears. Who said nothing for so long is not asked again by itself. */
async function patiently<T>({ signal }: Pick<Asking, 'signal'>, work: () => Promise<T>): Promise<T> {
  for (let repeats = 0; ; repeats += 1) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof ApiProblem) || !isPassing(error) || repeats === mostRepeats) throw error
      await pause(Math.max((error.retryAfter ?? 0) * 1000, backoffMs(repeatBackoff, repeats)), signal)
    }
  }
}

function isPassing({ code, retryAfter = 0 }: ApiProblem): boolean {
  if (code === 'offline') return !isCutOff()
  return (code === 'unavailable' || code === 'key_in_use') && retryAfter <= longestPauseSeconds
}

/** Whether this device says itself that it has no network. */
function isCutOff(): boolean {
  return 'onLine' in navigator && !navigator.onLine
}

function isOver({ code }: ApiProblem): boolean {
  return code === 'not_signed_in' || code === 'session_expired'
}

function headersOf({ body, idempotencyKey, accept, headers }: Asking): Record<string, string> {
  return {
    accept: accept ?? 'application/json',
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    ...headers,
  }
}
