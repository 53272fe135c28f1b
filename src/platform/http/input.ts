import type { z } from 'zod'
import { Problem } from '../errors.ts'
import type { InputFault } from '../errors.ts'

const mostFaults = 20
const longestKey = 64

/** `value` as `schema` reads it, or a `bad_input` problem that points at every fault. */
export function readInput<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  throw new Problem('bad_input', { errors: faultsOf(read.error) })
}

/** The faults of an input, as they travel outside: never the input itself, and not more than a reader can use. */
export function faultsOf(error: z.ZodError): InputFault[] {
  return error.issues.flatMap(faultsOfIssue).slice(0, mostFaults)
}

function faultsOfIssue(issue: z.core.$ZodIssue): InputFault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointerTo([...issue.path, key]),
      code: 'unknown_key',
      detail: 'This member is not known here',
    }))
  }
  return [{ pointer: pointerTo(issue.path), code: codeOf(issue), detail: issue.message }]
}

/** A schema names a code of its own by `params: { code }` on a custom issue. */
function codeOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'custom') return issue.code
  const code: unknown = issue.params?.['code']
  return typeof code === 'string' ? code : 'invalid'
}

/** RFC 6901. */
function pointerTo(path: readonly PropertyKey[]): string {
  return path
    .map((part) => `/${String(part).slice(0, longestKey).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('')
}
