import { codes } from '../../errors.ts'
import type { Code } from '../../errors.ts'
import { safeMethods } from '../origin.ts'
import type { Route } from '../route.ts'
import type { JsonSchema } from '../../json-schemas.ts'

/** RFC 9457, with the members of ours. Some codes have further ones, such as `epoch` and `lastSeq` of a closed room. */
export const problemSchema: JsonSchema = {
  type: 'object',
  description: 'What went wrong, by RFC 9457',
  required: ['type', 'title', 'status', 'code'],
  properties: {
    type: { type: 'string', pattern: '^urn:madang:problem:[a-z_]+$' },
    title: { type: 'string' },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: { type: 'string' },
    code: { type: 'string', enum: Object.keys(codes), description: 'Stable: what a program should look at' },
    errors: {
      type: 'array',
      description: 'Each fault of the input',
      items: {
        type: 'object',
        required: ['pointer', 'code', 'detail'],
        properties: {
          pointer: { type: 'string', description: 'RFC 6901, into the body, the query or the path' },
          code: { type: 'string' },
          detail: { type: 'string' },
        },
        additionalProperties: false,
      },
    },
    retryAfter: { type: 'integer', minimum: 0, description: 'Seconds' },
    requestId: { type: 'string', description: 'By which those who run Madang find the request in their logs' },
  },
}

/** The codes with which a route may be answered, by status. */
export function codesByStatus(route: Route): Map<number, Code[]> {
  const all = new Set([...codesOfDoors(route), ...(route.problems ?? [])])
  return Map.groupBy(
    [...all].toSorted((one, other) => codes[one].status - codes[other].status),
    (code) => codes[code].status,
  )
}

/** What is refused before a handler is asked. */
function codesOfDoors(route: Route): Code[] {
  const hasBody = route.body !== undefined || route.upload !== undefined
  const hasInput = hasBody || route.params !== undefined || route.query !== undefined || route.isIdempotent
  const isUnsafe = !safeMethods.has(route.method)
  const isGuarded = route.access !== 'public'
  const when = (holds: boolean, ...some: Code[]): Code[] => (holds ? some : [])
  return [
    'malformed',
    'internal',
    'unavailable',
    ...when(!route.isProbe, 'rate_limited'),
    ...when(isGuarded, 'not_signed_in', 'session_expired'),
    ...when(isUnsafe || route.access === 'mentor' || route.access === 'admin', 'forbidden'),
    ...when(hasInput, 'bad_input'),
    ...when(hasBody, 'unsupported_media_type', 'body_too_large'),
    ...when(route.isIdempotent, 'key_in_use', 'key_reused'),
  ]
}
