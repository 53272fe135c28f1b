import type { Route } from '../route.ts'

interface Header {
  description: string
  required?: boolean
  schema: { type: 'string' | 'integer'; pattern?: string; minimum?: number }
}

const text = (description: string, pattern?: string): Header => ({
  description,
  schema: { type: 'string', ...(pattern === undefined ? {} : { pattern }) },
})

const known = {
  'X-Request-Id': text('The id of the request, in all logs too', '^[\\w-]{8,64}$'),
  RateLimit: text('Where one stands in each limit: what remains, and seconds until it begins anew'),
  'RateLimit-Policy': text('Each limit that counted this request: requests and seconds'),
  ETag: text('Names the content: for `If-None-Match`', '^(W/)?"[^"]+"$'),
  Location: text('Where it is', '^/'),
  Link: text('The next page, by RFC 8288', '^<[^>]+>; rel="'),
  'Idempotency-Replayed': text('`true` when this is the answer of an earlier request with the same key', '^true$'),
  'Retry-After': { description: 'Seconds', schema: { type: 'integer', minimum: 0 } },
} as const satisfies Record<string, Header>

type HeaderName = keyof typeof known
export type HeaderObject = { $ref: string }

/** Under `components.headers`: each header twice, since a reference cannot say whether it is always there. */
export const headers: Readonly<Record<string, Header>> = Object.fromEntries(
  Object.entries(known).flatMap(([name, header]: [string, Header]) => [
    [name, { ...header, required: true }],
    [`${name}.optional`, header],
  ]),
)

/** The headers of a declared answer. */
export function headersOf(route: Route, status: number): Record<string, HeaderObject> {
  // The gateway answers an upgrade by itself, with what WebSocket wants.
  if (status === 101) return {}
  const isNamed = route.hasEtag && (status === 200 || status === 304)
  const isMade = status === 201 || status === 202
  return {
    ...required('X-Request-Id'),
    ...(route.isProbe ? {} : required('RateLimit', 'RateLimit-Policy')),
    ...(isNamed ? required('ETag') : {}),
    ...(isMade ? required('Location') : {}),
    ...(route.isIdempotent && isMade ? optional('Idempotency-Replayed') : {}),
  }
}

export function headersOfProblem(status: number): Record<string, HeaderObject> {
  return {
    ...required('X-Request-Id'),
    ...optional('RateLimit', 'RateLimit-Policy'),
    ...(status === 429 ? required('Retry-After') : {}),
    ...(status === 409 || status === 503 || status === 404 ? optional('Retry-After') : {}),
  }
}

export function optional(...names: HeaderName[]): Record<string, HeaderObject> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}.optional` }]))
}

function required(...names: HeaderName[]): Record<string, HeaderObject> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))
}
