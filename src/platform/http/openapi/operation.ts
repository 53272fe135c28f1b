import { z } from 'zod'
import { Problem, codes } from '../../errors.ts'
import type { Code } from '../../errors.ts'
import { keyHours } from '../idempotency.ts'
import { eventStream } from '../route.ts'
import type { AnswerShape, Route } from '../route.ts'
import { headersOf, headersOfProblem, optional } from './headers.ts'
import type { HeaderObject } from './headers.ts'
import { codesByStatus } from './problems.ts'
import type { JsonSchema, Schemas } from './schemas.ts'

export interface Operation {
  operationId: string
  summary: string
  description: string
  tags: string[]
  security: Record<string, string[]>[]
  parameters: Parameter[]
  requestBody?: { required: boolean; content: Content }
  responses: Record<string, Response>
}

interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  required: boolean
  description?: string
  schema: JsonSchema
}

interface Response {
  description: string
  headers?: Record<string, HeaderObject>
  content?: Content
}

type Content = Record<
  string,
  {
    schema?: JsonSchema
    encoding?: Record<string, { contentType: string }>
    examples?: Record<string, { value: unknown }>
  }
>

/** One row of the route table, as OpenAPI says it. */
export function describeRoute(route: Route, schemas: Schemas): Operation {
  const body = requestBodyOf(route, schemas)
  return {
    operationId: operationIdOf(route),
    summary: route.summary,
    description: descriptionOf(route),
    tags: [areaOf(route.path)],
    security: route.access === 'public' ? [] : [{ bearer: [] }, { cookie: [] }],
    parameters: [
      ...parametersOf('path', route.params, schemas),
      ...parametersOf('query', route.query, schemas),
      ...headerParameters(route),
    ],
    ...(body === undefined ? {} : { requestBody: body }),
    responses: { ...answersOf(route, schemas), ...problemsOf(route) },
  }
}

/** `GET /v1/rooms/:id` is `getRoomsById`. */
function operationIdOf({ method, path }: Route): string {
  const words = path
    .replace(/^\/v1\//, '/')
    .split('/')
    .filter((part) => part !== '')
    .map((part) => (part.startsWith(':') ? `By${capitalized(part.slice(1))}` : capitalized(part)))
  return method.toLowerCase() + words.join('')
}

function capitalized(part: string): string {
  const words = part.split(/[^A-Za-z0-9]/)
  return words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('')
}

export function areaOf(path: string): string {
  return /^\/v1\/([a-z-]+)/.exec(path)?.[1] ?? 'service'
}

function descriptionOf(route: Route): string {
  const who = {
    public: 'For everybody.',
    member: 'For everybody who is signed in.',
    mentor: 'For mentors and admins.',
    admin: 'For admins.',
  }[route.access]
  if (route.limit === undefined) return who
  return `${who} At most ${route.limit.requests} in ${route.limit.seconds} seconds.`
}

function parametersOf(place: 'path' | 'query', schema: z.ZodType | undefined, schemas: Schemas): Parameter[] {
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

function requestBodyOf({ body, upload }: Route, schemas: Schemas): Operation['requestBody'] {
  if (upload !== undefined) {
    const file = { type: 'string', contentMediaType: 'application/octet-stream' }
    const schema = { type: 'object', required: [upload.field], properties: { [upload.field]: file } }
    const encoding = { [upload.field]: { contentType: upload.contentTypes.join(', ') } }
    return { required: true, content: { 'multipart/form-data': { schema, encoding } } }
  }
  if (body === undefined) return undefined
  const schema = schemas.describe(body, 'input')
  return { required: !body.safeParse(undefined).success, content: { 'application/json': { schema } } }
}

function answersOf(route: Route, schemas: Schemas): Record<string, Response> {
  const answers = Object.entries(route.answers).map(([status, shape]): [string, Response] => {
    const content = contentOf(shape, schemas)
    const links = isPage(shape) ? optional('Link') : {}
    return [
      status,
      {
        description: meanings[Number(status)] ?? 'Answered',
        headers: { ...headersOf(route, Number(status)), ...links },
        ...(content === undefined ? {} : { content }),
      },
    ]
  })
  if (!route.hasEtag) return Object.fromEntries(answers)
  const known = { description: 'As one has it already', headers: headersOf(route, 304) }
  return Object.fromEntries([...answers, ['304', known]])
}

const meanings: Readonly<Record<number, string>> = {
  200: 'Done',
  201: 'Made',
  202: 'Begun',
  204: 'Done; there is nothing to say',
  503: 'Not ready',
}

function contentOf(shape: AnswerShape, schemas: Schemas): Content | undefined {
  if (shape instanceof z.ZodType) return { 'application/json': { schema: schemas.describe(shape, 'output') } }
  switch (shape.type) {
    case 'nothing':
      return undefined
    case 'event_stream':
      return { 'text/event-stream': { schema: { type: 'string' } } }
    case 'bytes':
      return Object.fromEntries(shape.contentTypes.map((type) => [type, {}]))
    default:
      return shape satisfies never
  }
}

function isPage(shape: AnswerShape): boolean {
  return shape instanceof z.ZodObject && 'items' in shape.shape && 'page' in shape.shape
}

/** Where nobody has said what the handler refuses with, any problem may come. */
function problemsOf(route: Route): Record<string, Response> {
  const isWhole = route.problems !== undefined
  const declared = [...codesByStatus(route)]
    .filter(([status]) => route.answers[status] === undefined)
    .map(([status, some]): [string, Response] => [
      String(status),
      {
        description: some.map((code) => `\`${code}\`: ${codes[code].title}`).join(' · '),
        headers: headersOfProblem(status),
        content: problemContent(isWhole ? onlyOf(some) : anyProblem, some),
      },
    ])
  const rest: Response = { description: 'Any other problem', content: problemContent(anyProblem, []) }
  return { ...Object.fromEntries(declared), ...(isWhole ? {} : { default: rest }) }
}

const anyProblem: JsonSchema = { $ref: '#/components/schemas/Problem' }
const onlyOf = (some: readonly Code[]): JsonSchema => ({
  allOf: [anyProblem],
  properties: { code: { enum: some } },
})

function problemContent(schema: JsonSchema, some: readonly Code[]): Content {
  const examples = Object.fromEntries(some.map(exampleOf))
  return { 'application/problem+json': { schema, ...(some.length === 0 ? {} : { examples }) } }
}

function exampleOf(code: Code): [string, { value: unknown }] {
  return [code, { value: new Problem(code).toDocument('0f8b6c1d2e3a4b5c') }]
}
