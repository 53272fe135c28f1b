import type { OpenApiDocument } from '../../src/platform/http/openapi/document.ts'
import type { Parameter } from '../../src/platform/http/openapi/parameters.ts'
import type { JsonSchema } from '../../src/platform/json-schemas.ts'

/** One operation as its document has it. */
export interface Described {
  id: string
  /** As in `GET /v1/rooms/:id`. */
  line: string
  method: string
  /** With its parts named, as in `/v1/rooms/{id}`. */
  path: string
  isPublic: boolean
  parameters: readonly Parameter[]
  /** Of a JSON body. */
  body: JsonSchema | undefined
  /** All that are declared. */
  statuses: readonly number[]
  hasEtag: boolean
  isIdempotent: boolean
}

/** All operations of a document, in its order. */
export function operationsOf(document: OpenApiDocument): Described[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([name, operation]): Described => {
      const method = name.toUpperCase()
      const takes = (header: string): boolean => operation.parameters.some((one) => one.name === header)
      return {
        ...{ id: operation.operationId, method, path },
        line: `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
        isPublic: operation.security.length === 0,
        parameters: operation.parameters,
        body: operation.requestBody?.content['application/json']?.schema,
        statuses: Object.keys(operation.responses).map(Number),
        ...{ hasEtag: takes('If-None-Match'), isIdempotent: takes('Idempotency-Key') },
      }
    }),
  )
}

export const isSuccess = (status: number): boolean => status < 400
