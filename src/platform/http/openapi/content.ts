import { z } from 'zod'
import type { OperationExample } from '../../documents/examples.ts'
import type { JsonSchema, Schemas } from '../../json-schemas.ts'
import { Problem, codes } from '../../errors.ts'
import type { Code } from '../../errors.ts'
import type { AnswerShape, Route } from '../route.ts'
import { headersOf, headersOfProblem, optional } from './headers.ts'
import type { HeaderObject } from './headers.ts'
import { codesByStatus } from './problems.ts'

export interface RequestBody {
  required: boolean
  content: Content
}

export interface Response {
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

/** What a request of this route has in its body. */
export function requestBodyOf(
  { body, upload }: Route,
  schemas: Schemas,
  example?: OperationExample,
): RequestBody | undefined {
  if (upload !== undefined) {
    const file = { type: 'string', contentMediaType: 'application/octet-stream' }
    const schema = { type: 'object', required: [upload.field], properties: { [upload.field]: file } }
    const encoding = { [upload.field]: { contentType: upload.contentTypes.join(', ') } }
    return { required: true, content: { 'multipart/form-data': { schema, encoding } } }
  }
  if (body === undefined) return undefined
  const schema = schemas.describe(body, 'input')
  const content = { 'application/json': { schema, ...recorded(example?.body) } }
  return { required: !body.safeParse(undefined).success, content }
}

/** What the route answers when nothing is wrong, by status. */
export function answersOf(route: Route, schemas: Schemas, example?: OperationExample): Record<string, Response> {
  const answers = Object.entries(route.answers).map(([status, shape]): [string, Response] => {
    const content = contentOf(shape, schemas, example?.answers[status])
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
  101: 'The connection is a WebSocket from here on: see `/asyncapi.json`',
  200: 'Done',
  201: 'Made',
  202: 'Begun',
  204: 'Done; there is nothing to say',
  503: 'Not ready',
}

/** What was recorded, as it stands beside a schema. */
function recorded(value: unknown): Pick<Content[string], 'examples'> {
  return value === undefined ? {} : { examples: { recorded: { value } } }
}

function contentOf(shape: AnswerShape, schemas: Schemas, example: unknown): Content | undefined {
  if (shape instanceof z.ZodType) {
    return { 'application/json': { schema: schemas.describe(shape, 'output'), ...recorded(example) } }
  }
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

/** What the route is refused with, by status. Where nobody has said what the handler refuses with, any problem may come. */
export function problemsOf(route: Route): Record<string, Response> {
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
