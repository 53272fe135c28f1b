import type { ApiDomain } from '../../documents/domain.ts'
import { noExamples } from '../../documents/examples.ts'
import type { Examples } from '../../documents/examples.ts'
import { usedOf } from '../../documents/references.ts'
import { Schemas } from '../../json-schemas.ts'
import type { JsonSchema } from '../../json-schemas.ts'
import type { Route } from '../route.ts'
import { headers } from './headers.ts'
import { describeRoute, namedParts } from './operation.ts'
import type { Operation } from './operation.ts'
import { problemSchema } from './problems.ts'

export interface OpenApiDocument {
  openapi: '3.1.0'
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } }
  servers: { url: string; description: string }[]
  tags: { name: string; description: string }[]
  paths: Record<string, Record<string, Operation>>
  components: {
    schemas: Record<string, JsonSchema>
    headers: typeof headers
    securitySchemes: Record<string, Record<string, string>>
  }
}

export interface DocumentOptions {
  /** The name of the cookie with the access token. */
  accessCookie: string
  /** What was recorded, to be shown. */
  examples?: Examples
}

/** Some routes as an OpenAPI document of one part. */
export function describeApi(routes: readonly Route[], options: DocumentOptions): OpenApiDocument {
  return describeDomains([{ name: 'api', description: 'All of it', routes }], options)
}

/**
 * The routes of these parts as one OpenAPI document. Error: an id that stands for two schemas, a route that stands in it
 * twice.
 */
export function describeDomains(domains: readonly ApiDomain[], options: DocumentOptions): OpenApiDocument {
  const { operations } = options.examples ?? noExamples
  const schemas = new Schemas('draft-2020-12')
  schemas.add('Problem', problemSchema)
  const paths: OpenApiDocument['paths'] = {}
  for (const { name, routes } of domains) {
    for (const route of routes) {
      const path = (paths[namedParts(route.path)] ??= {})
      const method = route.method.toLowerCase()
      if (method in path) throw new Error(`${route.method} ${route.path} stands twice in the route table`)
      path[method] = describeRoute(route, { schemas, tag: name, examples: operations })
    }
  }
  const users = [paths, schemas.components]
  return {
    openapi: '3.1.0',
    info: {
      ...titleOf(domains),
      version: '1',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'Where this document is' }],
    tags: domains.map(({ name, description }) => ({ name, description })),
    paths,
    components: {
      schemas: schemas.components,
      headers: usedOf(headers, { place: '#/components/headers/', users }),
      securitySchemes: {
        bearer: {
          ...{ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          description: 'The access token, for clients that keep their tokens themselves',
        },
        cookie: {
          ...{ type: 'apiKey', in: 'cookie', name: options.accessCookie },
          description: 'The access token of a browser; what changes something needs an `Origin` of ours with it',
        },
      },
    },
  }
}

const everywhere =
  'Errors are problems by RFC 9457 with a stable `code`. What is told over the socket and the stream is described in `/asyncapi.json`.'

/** A part is introduced by what it is about, the whole by what Madang is. */
function titleOf(domains: readonly ApiDomain[]): { title: string; description: string } {
  const [part, ...others] = domains
  if (part === undefined || others.length > 0) {
    return { title: 'Madang', description: `Timeline and chat rooms of a community. ${everywhere}` }
  }
  return { title: `Madang, ${part.name}`, description: `${part.description} ${everywhere}` }
}
