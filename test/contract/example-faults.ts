import { isDeepStrictEqual } from 'node:util'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { Examples } from '../../src/platform/documents/examples.ts'
import type { OpenApiDocument } from '../../src/platform/http/openapi/document.ts'
import type { Operation } from '../../src/platform/http/openapi/operation.ts'
import type { JsonSchema } from '../../src/platform/json-schemas.ts'
import type { ChannelContract } from '../support/channel-contract.ts'
import { isDocument } from './recorder.ts'
import { stable } from './stable.ts'

interface Place {
  path: string
  method: string
  operation: Operation
}

/** Why recorded examples are not what these documents describe: what is stale, what is missing, what should not be there. */
export function faultsOfExamples(examples: Examples, openapi: OpenApiDocument, channels: ChannelContract): string[] {
  const places = Object.entries(openapi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Place => ({ path, method, operation })),
  )
  const ids = new Set(places.map(({ operation }) => operation.operationId))
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  formats.default(ajv)
  ajv.addSchema(openapi, 'openapi.json')
  const faultOf = (schema: JsonSchema, value: unknown): string | undefined =>
    ajv.validate(withBase(schema), value) ? undefined : ajv.errorsText(ajv.errors)
  return [
    ...Object.keys(examples.operations).flatMap((id) => (ids.has(id) ? [] : [`${id} is no operation`])),
    ...places.flatMap((place) => faultsOfOperation(place, examples, faultOf)),
    ...faultsOfMessages(examples, channels),
    ...Object.entries({ ...examples.operations, ...examples.messages }).flatMap(([name, one]) =>
      isDeepStrictEqual(stable(one), one) ? [] : [`${name} holds what differs each time`],
    ),
  ]
}

function faultsOfOperation(
  { path, operation }: Place,
  examples: Examples,
  faultOf: (schema: JsonSchema, value: unknown) => string | undefined,
): string[] {
  const { operationId: id, requestBody, responses } = operation
  const { body, answers = {} } = examples.operations[id] ?? {}
  const faults: string[] = []
  const schema = requestBody?.content['application/json']?.schema
  if (schema !== undefined) {
    const members = Object.keys((schema['properties'] ?? {}) as object)
    const lacking = members.filter((name) => !(name in ((body ?? {}) as object)))
    if (lacking.length > 0) faults.push(`${id}: the body lacks ${lacking.join(', ')}`)
    const fault = faultOf(schema, body)
    if (fault !== undefined) faults.push(`${id}: the body: ${fault}`)
  } else if (body !== undefined) faults.push(`${id} takes no body`)
  for (const [status, response] of Object.entries(responses)) {
    const shape = response.content?.['application/json']?.schema
    if (shape === undefined || Number(status) >= 400 || isDocument({ path })) continue
    if (answers[status] === undefined) faults.push(`${id} has no example of ${status}`)
    const fault = faultOf(shape, answers[status])
    if (fault !== undefined) faults.push(`${id} ${status}: ${fault}`)
  }
  const undeclared = Object.keys(answers).filter((status) => !(status in responses))
  return [...faults, ...undeclared.map((status) => `${id} does not declare ${status}`)]
}

function faultsOfMessages({ messages }: Examples, channels: ChannelContract): string[] {
  return [
    ...channels.keys.filter((key) => !(key in messages)).map((key) => `${key} has no example`),
    ...Object.entries(messages).flatMap(([key, payload]) => {
      if (!channels.keys.includes(key)) return [`${key} is no message`]
      const fault = channels.faultOf(key, payload)
      return fault === undefined ? [] : [`${key}: ${fault}`]
    }),
  ]
}

/** References are within the document. */
function withBase(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"openapi.json#/')) as JsonSchema
}
