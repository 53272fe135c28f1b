import type { Route } from '../route.ts'
import { headers } from './headers.ts'
import { areaOf, describeRoute } from './operation.ts'
import type { Operation } from './operation.ts'
import { problemSchema } from './problems.ts'
import { Schemas } from './schemas.ts'
import type { JsonSchema } from './schemas.ts'

export interface OpenApiDocument {
  openapi: '3.1.0'
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } }
  servers: { url: string }[]
  tags: { name: string }[]
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
}

/** The route table as an OpenAPI document. Error: an id that stands for two schemas, a route that stands in it twice. */
export function describeApi(routes: readonly Route[], { accessCookie }: DocumentOptions): OpenApiDocument {
  const schemas = new Schemas()
  schemas.add('Problem', problemSchema)
  const paths: OpenApiDocument['paths'] = {}
  for (const route of routes) {
    const path = (paths[pathOf(route)] ??= {})
    const method = route.method.toLowerCase()
    if (method in path) throw new Error(`${route.method} ${route.path} stands twice in the route table`)
    path[method] = describeRoute(route, schemas)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Madang',
      version: '1',
      description: 'Timeline and chat rooms of a community. Errors are problems by RFC 9457 with a stable `code`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map(({ path }) => areaOf(path)))].toSorted().map((name) => ({ name })),
    paths,
    components: {
      schemas: schemas.components,
      headers,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        cookie: { type: 'apiKey', in: 'cookie', name: accessCookie },
      },
    },
  }
}

/** `/v1/rooms/:id` is `/v1/rooms/{id}`. */
function pathOf({ path }: Route): string {
  return path.replaceAll(/:(\w+)/g, '{$1}')
}
