import type { IncomingHttpHeaders } from 'node:http'
import { Problem } from '../errors.ts'

export const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Refuses an unsafe request that another site made a browser send.
 *
 * Browsers name the origin of every unsafe request, so one that names a wrong origin is refused, cookie or not: otherwise
 * another site could sign its visitor in to an account of its choice. A request without these headers is no browser's; with
 * a cookie it is refused all the same, since then nothing proves who made it.
 */
export function requireOwnOrigin(request: {
  method: string
  headers: IncomingHttpHeaders
  origins: ReadonlySet<string>
}): void {
  const { method, headers, origins } = request
  if (safeMethods.has(method) || headers.authorization !== undefined) return
  if (isOwnOrigin(headers, origins)) return
  const isBrowser = headers.origin !== undefined || headers['sec-fetch-site'] !== undefined
  if (!isBrowser && headers.cookie === undefined) return
  throw new Problem('forbidden', { detail: 'This request does not come from our own pages' })
}

/** Whether a browser says that one of our pages made the request. Scripts cannot set either header. */
export function isOwnOrigin(headers: IncomingHttpHeaders, origins: ReadonlySet<string>): boolean {
  if (headers['sec-fetch-site'] === 'same-origin') return true
  return headers.origin !== undefined && origins.has(headers.origin)
}
