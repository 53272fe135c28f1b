import type { OperationExample } from '../../documents/examples.ts'
import type { Schemas } from '../../json-schemas.ts'
import type { Route } from '../route.ts'
import { answersOf, problemsOf, requestBodyOf } from './content.ts'
import type { RequestBody, Response } from './content.ts'
import { parametersOfRoute } from './parameters.ts'
import type { Parameter } from './parameters.ts'

export interface Operation {
  operationId: string
  summary: string
  description: string
  tags: string[]
  security: Record<string, string[]>[]
  parameters: Parameter[]
  requestBody?: RequestBody
  responses: Record<string, Response>
}

export interface Surroundings {
  schemas: Schemas
  /** Of the part that the route belongs to. */
  tag: string
  /** What was recorded, by operation id. */
  examples: Readonly<Record<string, OperationExample>>
}

/** One row of the route table, as OpenAPI says it. */
export function describeRoute(route: Route, { schemas, tag, examples }: Surroundings): Operation {
  const operationId = operationIdOf(route)
  const example = examples[operationId]
  const body = requestBodyOf(route, schemas, example)
  return {
    operationId,
    summary: route.summary,
    description: descriptionOf(route),
    tags: [tag],
    security: route.access === 'public' ? [] : [{ bearer: [] }, { cookie: [] }],
    parameters: parametersOfRoute(route, schemas, example),
    ...(body === undefined ? {} : { requestBody: body }),
    responses: { ...answersOf(route, schemas, example), ...problemsOf(route) },
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

/** `/v1/rooms/:id` is `/v1/rooms/{id}`. */
export function namedParts(path: string): string {
  return path.replaceAll(/:(\w+)/g, '{$1}')
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
