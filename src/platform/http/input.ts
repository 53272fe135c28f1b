import { parse } from 'node:querystring'
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

const mostKnown = 100
const longestKnown = 200

/** Reads queries by a schema. Nearly all that a route is asked with are one of a few: what was read of the hundred that came last is kept. */
export class QueryReader<S extends z.ZodType> {
  readonly #schema: S
  readonly #known = new Map<string, z.output<S>>()

  constructor(schema: S) {
    this.#schema = schema
  }

  /** Throws as `readInput` does. What it answers belongs to others, too: it is frozen at its top, and nobody writes to what is below. */
  read(query: string): z.output<S> {
    const known = this.#known.get(query)
    if (known !== undefined) return known
    // A name that comes twice becomes an array, which no schema of ours takes.
    if (query.length > longestKnown) return readInput(this.#schema, parse(query))
    // A part of another text holds all of that.
    const own = Buffer.from(query).toString()
    const read = Object.freeze(readInput(this.#schema, parse(own))) as z.output<S>
    this.#known.set(own, read)
    const [oldest] = this.#known.keys()
    if (this.#known.size > mostKnown && oldest !== undefined) this.#known.delete(oldest)
    return read
  }
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
