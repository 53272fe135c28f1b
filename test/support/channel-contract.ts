import { Ajv } from 'ajv'
import type { ValidateFunction } from 'ajv'
import formats from 'ajv-formats'
import type { AsyncApiDocument } from '../../src/platform/asyncapi/document.ts'
import type { JsonSchema } from '../../src/platform/json-schemas.ts'

/** A message that the document does not describe. */
export class BrokenChannel extends Error {
  constructor(what: string, message: unknown) {
    super(`${what}: ${JSON.stringify(message)?.slice(0, 500)}`)
    this.name = 'BrokenChannel'
  }
}

/** Holds what goes over the socket and the stream to an AsyncAPI document. */
export class ChannelContract {
  readonly document: AsyncApiDocument
  readonly #ajv = new Ajv({ strict: false, allErrors: true })
  readonly #validators = new Map<string, ValidateFunction>()

  constructor(document: AsyncApiDocument) {
    this.document = document
    formats.default(this.#ajv)
    this.#ajv.addSchema(document, 'asyncapi.json')
  }

  /** All messages, by their keys, as in `socket.asks.send` and `stream.post.created`. */
  get keys(): string[] {
    return Object.keys(this.document.components.messages)
  }

  payloadOf(key: string): JsonSchema {
    const message = this.document.components.messages[key]
    if (message === undefined) throw new Error(`there is no message ${key}`)
    return message.payload
  }

  /** Why this is not that message; undefined when it is. */
  faultOf(key: string, payload: unknown): string | undefined {
    const $ref = `asyncapi.json#/components/messages/${key}/payload`
    const validate = this.#validators.get(key) ?? this.#ajv.compile({ $ref })
    this.#validators.set(key, validate)
    return validate(payload) ? undefined : this.#ajv.errorsText(validate.errors)
  }

  /** The key of a frame that a server sent. Throws `BrokenChannel`. */
  frame(frame: { type: string }): string {
    const answer = `socket.answers.${frame.type}`
    const key = answer in this.document.components.messages ? answer : `socket.${frame.type}`
    return this.#require(key, frame)
  }

  /** The key of an event of the stream. Throws `BrokenChannel`. */
  event(name: string, data: unknown): string {
    return this.#require(`stream.${name}`, data)
  }

  /** Throws `BrokenChannel` where this frame may not be answered so. */
  answer(asked: string, answer: { type: string; code?: unknown }): void {
    const ask = `socket.asks.${asked}`
    const operation = Object.values(this.document.operations).find((one) =>
      one.messages.some(({ $ref }) => $ref.endsWith(`/${ask}`)),
    )
    const may = operation?.reply?.messages.some(({ $ref }) => $ref.endsWith(`/socket.answers.${answer.type}`))
    if (may !== true) throw new BrokenChannel(`${asked} may not be answered so`, answer)
    if (answer.type !== 'error') return
    const codes: readonly string[] = operation?.['x-codes'] ?? []
    if (!codes.includes(String(answer.code))) throw new BrokenChannel(`${asked} may not be refused so`, answer)
  }

  #require(key: string, payload: unknown): string {
    if (!(key in this.document.components.messages)) throw new BrokenChannel(`${key} is not described`, payload)
    const fault = this.faultOf(key, payload)
    if (fault !== undefined) throw new BrokenChannel(`${key}: ${fault}`, payload)
    return key
  }
}
