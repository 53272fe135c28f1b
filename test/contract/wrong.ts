import type { JsonSchema } from '../../src/platform/json-schemas.ts'
import { fits, valueFor } from './values.ts'
import type { Resolve } from './values.ts'

/** A value that the schema of one member refuses. */
export interface Wrong {
  /** RFC 6901, to where the fault is. */
  pointer: string
  value: unknown
  why: string
}

/** Values that this member may not have, by all that its schema says. */
export function wrongFor(pointer: string, schema: JsonSchema, resolve: Resolve): Wrong[] {
  const resolved = typeof schema['$ref'] === 'string' ? resolve(schema['$ref']) : schema
  const flat = refusedBy(resolved).map(({ value, why }) => ({ pointer, value, why }))
  return [...flat.filter(({ value }) => !fitsWhole(value, resolved, resolve)), ...inside(pointer, resolved, resolve)]
}

/** Some schemas point to others; of those nothing is made up here. */
function fitsWhole(value: unknown, schema: JsonSchema, resolve: Resolve): boolean {
  const choices = schema['anyOf'] ?? schema['allOf']
  if (Array.isArray(choices)) return (choices as JsonSchema[]).some((one) => fitsWhole(value, one, resolve))
  if (typeof schema['$ref'] === 'string') return fitsWhole(value, resolve(schema['$ref']), resolve)
  return fits(value, schema)
}

function refusedBy(schema: JsonSchema): Omit<Wrong, 'pointer'>[] {
  const { maxLength, minLength, pattern, minimum, maximum, maxItems, minItems } = schema
  const enumerated = schema['enum'] ?? ('const' in schema ? [schema['const']] : undefined)
  const when = (holds: boolean, why: string, value: () => unknown): Omit<Wrong, 'pointer'>[] =>
    holds ? [{ why, value: value() }] : []
  const isBound = (bound: unknown): bound is number => typeof bound === 'number' && Math.abs(bound) < 2 ** 50
  return [
    { why: 'an object', value: { nobody: 'knows' } },
    { why: 'a truth', value: true },
    { why: 'a fraction', value: 1.5 },
    { why: 'null', value: null },
    ...when(typeof maxLength === 'number', 'too long', () => 'x'.repeat(Number(maxLength) + 1)),
    ...when(typeof minLength === 'number' && minLength > 0, 'too short', () => 'x'.repeat(Number(minLength) - 1)),
    ...when(typeof pattern === 'string', 'of another pattern', () => '\u00a7 \u00a7'),
    ...when(enumerated !== undefined, 'none of those', () => 'nobody_knows_this'),
    ...when(isBound(minimum), 'too small', () => Number(minimum) - 1),
    ...when(isBound(maximum), 'too large', () => Number(maximum) + 1),
    ...when(typeof maxItems === 'number', 'too many', () => Array.from({ length: Number(maxItems) + 1 }, () => null)),
    ...when(typeof minItems === 'number' && minItems > 0, 'too few', () => []),
  ]
}

/** What may stand in a list, or in an object, wrong in an otherwise right one. */
function inside(pointer: string, schema: JsonSchema, resolve: Resolve): Wrong[] {
  if (schema['type'] === 'array') {
    const items = schema['items'] as JsonSchema
    return wrongFor(`${pointer}/0`, items, resolve).map((wrong) => ({ ...wrong, value: [wrong.value] }))
  }
  if (schema['type'] !== 'object') return []
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>)
  const right = Object.fromEntries(properties.map(([name, member]) => [name, valueFor(name, member, resolve)]))
  return properties.flatMap(([name, member]) =>
    wrongFor(`${pointer}/${name}`, member, resolve).map((wrong) => ({
      ...wrong,
      value: { ...right, [name]: wrong.value },
    })),
  )
}

/** Wrong inputs of an object: each of its members wrong in turn, each that must be there missing, and one that nobody knows. */
export function wrongObjects(right: Record<string, unknown>, schema: JsonSchema, resolve: Resolve): Wrong[] {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>)
  const required = (schema['required'] ?? []) as string[]
  const without = (name: string) => Object.fromEntries(Object.entries(right).filter(([one]) => one !== name))
  return [
    ...properties.flatMap(([name, member]) =>
      wrongFor(`/${name}`, member, resolve).map((wrong) => ({ ...wrong, value: { ...right, [name]: wrong.value } })),
    ),
    ...required.map((name) => ({ pointer: `/${name}`, value: without(name), why: 'missing' })),
    ...(schema['additionalProperties'] === false
      ? [{ pointer: '', value: { ...right, nobody_knows_this: 1 }, why: 'a member that nobody knows' }]
      : []),
  ]
}
