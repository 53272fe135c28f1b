import type { OpenApiDocument } from '../../src/platform/http/openapi/document.ts'
import type { Parts } from './things.ts'

/** A route as the running server names it. */
export interface ServedRoute {
  /** As in `GET /v1/rooms/:id`. */
  line: string
  method: string
  path: string
  isPublic: boolean
  /** Takes an `Idempotency-Key`. */
  isIdempotent: boolean
  /** Tells who asks with `If-None-Match` that nothing has changed. */
  hasEtag: boolean
  /** Names that its query may have. */
  query: string[]
}

/** All that a server serves: its document is made from its route table. */
export async function routesOf(origin: string): Promise<ServedRoute[]> {
  const document = (await (await fetch(`${origin}/openapi.json`)).json()) as OpenApiDocument
  return Object.entries(document.paths).flatMap(([pattern, methods]) =>
    Object.entries(methods).map(([name, operation]) => {
      const [method, path] = [name.toUpperCase(), pattern.replaceAll(/\{(\w+)\}/g, ':$1')]
      const takes = (header: string): boolean => operation.parameters.some((parameter) => parameter.name === header)
      const query = operation.parameters.filter((parameter) => parameter.in === 'query').map(({ name: word }) => word)
      return {
        query,
        ...{ line: `${method} ${path}`, method, path, isPublic: operation.security.length === 0 },
        ...{ isIdempotent: takes('Idempotency-Key'), hasEtag: takes('If-None-Match') },
      }
    }),
  )
}

/** The path with these things in the place of its named parts; what is not given stays a name. */
export function fill(path: string, parts: Parts): string {
  return path.replaceAll(/:(\w+)/g, (whole, name: string) => parts[name] ?? whole)
}
