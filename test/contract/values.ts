import { randomUUIDv7 } from 'node:crypto'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { JsonSchema } from '../../src/platform/json-schemas.ts'

/** What people would write, by the name of the member. Each is held to the schema like what is made up. */
const words: Readonly<Record<string, readonly unknown[]>> = {
  displayName: ['앨리스'],
  bio: ['망원동에 살고, 산책을 좋아합니다.'],
  area: ['망원동'],
  text: ['오늘 저녁 #마당 에서 만나요'],
  body: ['안녕하세요!'],
  name: ['저녁 산책'],
  topic: ['어디로 걸을까요'],
  seats: [12],
  slowModeSeconds: [5],
  alt: ['아침의 마당'],
  emoji: ['👍'],
  limit: ['20'],
  q: ['ca'],
  tag: ['마당'],
  username: ['carol'],
  role: ['member'],
  topics: ['timeline,rooms'],
  upTo: ['1'],
  last_event_id: ['1'],
}

/** Texts that fit most patterns of ours. */
const texts = ['1', '1:1', '20', 'carol', 'abc', 'https://madang.example/', '2026-03-01T09:00:00.000Z']

const ajv = new Ajv2020({ strict: false, allErrors: true })
formats.default(ajv)

export type Resolve = (reference: string) => JsonSchema

export const fits = (value: unknown, schema: JsonSchema): boolean => ajv.validate(schema, value)

/** A value that a schema describes, with everything in it that may be there. Throws where it finds none. */
export function valueFor(name: string, schema: JsonSchema, resolve: Resolve): unknown {
  const found = candidates(name, schema, resolve).find(
    (value) => value !== undefined && (isDeep(schema) || fits(value, schema)),
  )
  if (found === undefined)
    throw new Error(`${name}: nothing fits ${JSON.stringify(schema)}; give it a word in values.ts`)
  return found
}

/** What stands in it was looked at by itself. */
const isDeep = (schema: JsonSchema): boolean =>
  ['$ref', 'properties', 'items', 'anyOf', 'allOf'].some((key) => key in schema)

function candidates(name: string, schema: JsonSchema, resolve: Resolve): unknown[] {
  if (typeof schema['$ref'] === 'string') return [valueFor(name, resolve(schema['$ref']), resolve)]
  const choices = schema['anyOf'] ?? schema['allOf']
  if (Array.isArray(choices)) return [valueFor(name, (choices as JsonSchema[])[0] ?? {}, resolve)]
  if ('const' in schema) return [schema['const']]
  const known = words[name] ?? []
  switch (schema['type']) {
    case 'object':
      return [objectFor(schema, resolve)]
    case 'array':
      return [[valueFor(name, schema['items'] as JsonSchema, resolve)]]
    default:
      return [...known, ...((schema['enum'] ?? []) as unknown[]), schema['default'], ...madeUp(schema)]
  }
}

function objectFor(schema: JsonSchema, resolve: Resolve): unknown {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>)
  return Object.fromEntries(properties.map(([name, member]) => [name, valueFor(name, member, resolve)]))
}

function madeUp({ type, format, minimum, minLength }: JsonSchema): unknown[] {
  const types = Array.isArray(type) ? type : [type]
  return types.flatMap((one): unknown[] => {
    switch (one) {
      case 'string':
        return format === 'uuid' ? [randomUUIDv7()] : [...texts, 'a'.repeat(Number(minLength ?? 1))]
      case 'integer':
      case 'number':
        return [Math.max(1, Number(minimum ?? 1))]
      case 'boolean':
        return [true]
      case 'null':
        return [null]
      default:
        return []
    }
  })
}
