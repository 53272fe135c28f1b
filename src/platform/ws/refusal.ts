import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Problem } from '../errors.ts'

/** Those of every answer over HTTP (src/platform/http/app.ts) that mean something where no page is. */
const safeHeaders = [
  "Content-Security-Policy: default-src 'none';frame-ancestors 'none';base-uri 'none'",
  'Referrer-Policy: no-referrer',
  'Strict-Transport-Security: max-age=31536000; includeSubDomains',
  'X-Content-Type-Options: nosniff',
  'X-Frame-Options: DENY',
]

/** Answers an upgrade that is refused: an ordinary HTTP response with the problem, then the end. */
export function refuseUpgrade(stream: Duplex, problem: Problem, requestId: string): void {
  if (stream.destroyed) return
  const body = JSON.stringify(problem.toDocument(requestId))
  const lines = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
    'Connection: close',
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    ...safeHeaders,
    `X-Request-Id: ${requestId}`,
    ...(problem.retryAfter === undefined ? [] : [`Retry-After: ${problem.retryAfter}`]),
  ]
  stream.once('finish', () => stream.destroy())
  stream.end(`${lines.join('\r\n')}\r\n\r\n${body}`)
}
