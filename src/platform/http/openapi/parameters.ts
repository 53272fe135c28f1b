import type { z } from 'zod'
import type { OperationExample } from '../../documents/examples.ts'
import type { JsonSchema, Schemas } from '../../json-schemas.ts'
import { keyHours } from '../idempotency.ts'
import { eventStream } from '../route.ts'
import type { Route } from '../route.ts'

export interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  required: boolean
  description?: string
  schema: JsonSchema
  example?: string
}

/** What a request of this route carries beside its body. */
export function parametersOfRoute(route: Route, schemas: Schemas, example?: OperationExample): Parameter[] {
  return [
    ...parametersOf('path', route.params, schemas, example?.params),
    ...parametersOf('query', route.query, schemas, example?.query),
    ...headerParameters(route),
  ]
}

function parametersOf(
  place: 'path' | 'query',
  schema: z.ZodType | undefined,
  schemas: Schemas,
  examples: Record<string, string> = {},
): Parameter[] {
  if (schema === undefined) return []
  const { properties = {}, required = [] } = schemas.describe(schema, 'input') as {
    properties?: Record<string, JsonSchema>
    required?: string[]
  }
  return Object.entries(properties).map(([name, { description, ...property }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(typeof description === 'string' ? { description } : {}),
    schema: property,
    ...(examples[name] === undefined ? {} : { example: examples[name] }),
  }))
}

function headerParameters(route: Route): Parameter[] {
  const header = (name: string, description: string, schema: JsonSchema): Parameter => ({
    ...{ name, description, schema },
    in: 'header',
    required: false,
  })
  const isStream = Object.values(route.answers).includes(eventStream)
  return [
    ...(route.isIdempotent ? [header('Idempotency-Key', keyMeaning, keySchema)] : []),
    ...(route.hasEtag ? [header('If-None-Match', 'An `ETag` that one has already', { type: 'string' })] : []),
    ...(isStream ? [header('Last-Event-ID', 'The last event that one has seen', { type: 'string' })] : []),
  ]
}

const keyMeaning = `Makes a repeat safe: it is answered as the first time. Remembered for ${keyHours} hours`
const keySchema = { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x20-\\x7e]+$' }
