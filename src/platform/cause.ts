import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Span } from './tracing/span.ts'

/** Because of what something is done. Every log line that it causes and every job that it rings for names it. */
export interface Cause {
  /** Of a request; of a frame it is that of its socket, a dot, and which frame of the socket it was. Undefined where nobody asked. */
  readonly requestId: string | undefined
  /** What runs now, where it is traced. */
  readonly span?: Span | undefined
}

const causes = new AsyncLocalStorage<Cause | undefined>()

/** What `work` does, now and later, is done because of `cause`; without one it is nobody's, as what outlives its request. */
export function because<T>(cause: Cause | undefined, work: () => T): T {
  return causes.run(cause, work)
}

export function causeNow(): Cause | undefined {
  return causes.getStore()
}

const acceptable = /^[\w-]{8,64}$/

/** The id of a request: the one that Nginx gave it, else a new one. */
export function requestIdOf({ 'x-request-id': given }: IncomingHttpHeaders): string {
  return typeof given === 'string' && acceptable.test(given) ? given : randomUUID()
}
