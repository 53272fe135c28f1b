import { TestSocket } from '../platform/ws/test-socket.ts'
import type { Frame } from '../platform/ws/test-socket.ts'
import type { Player } from '../security/cast.ts'
import type { ChannelContract } from '../support/channel-contract.ts'
import type { JsonSchema } from '../../src/platform/json-schemas.ts'
import { valueFor } from './values.ts'
import { wrongObjects } from './wrong.ts'
import type { Wrong } from './wrong.ts'

type Members = Readonly<Record<string, unknown>>

/** Messages that were seen, by key, the first of each kind first. */
export type Heard = Map<string, unknown[]>

export function note(heard: Heard, key: string, payload: unknown): void {
  heard.set(key, [...(heard.get(key) ?? []), payload])
}

/** Somebody at a socket who says what the document describes, and holds what comes back to it. */
export class Speaker {
  readonly socket: TestSocket
  readonly #contract: ChannelContract
  readonly #heard: Heard
  #looked = 0

  private constructor(socket: TestSocket, contract: ChannelContract, heard: Heard) {
    this.socket = socket
    this.#contract = contract
    this.#heard = heard
  }

  /** Comes in through Nginx. */
  static async enter(
    address: string,
    player: Player,
    { contract, heard }: { contract: ChannelContract; heard: Heard },
  ) {
    const headers = { authorization: `Bearer ${player.token}` }
    const socket = await TestSocket.open(`${address.replace('http', 'ws')}/v1/socket`, { headers })
    const speaker = new Speaker(socket, contract, heard)
    await socket.hears('hello', (frame) => frame.type === 'hello')
    return speaker
  }

  /** A frame of this type with all that it may have; what names things is given. */
  frameOf(type: string, known: Members): Record<string, unknown> {
    const { properties = {} } = this.#payloadOf(type) as { properties?: Record<string, JsonSchema> }
    const made = Object.entries(properties).map(([name, schema]) => [
      name,
      name in known ? known[name] : valueFor(name, schema, this.#resolve),
    ])
    return Object.fromEntries(made.filter(([, value]) => value !== undefined))
  }

  /** Says it and resolves with the answer. A member that is given as undefined is left out. */
  async ask(type: string, known: Members): Promise<Frame> {
    const frame = this.frameOf(type, known)
    const fault = this.#contract.faultOf(`socket.asks.${type}`, { ...frame, ref: 'r0' })
    if (fault !== undefined) throw new Error(`${type} was made wrong: ${fault}`)
    const answer = await this.socket.ask(frame)
    this.#contract.answer(type, answer)
    if (answer.type !== 'error') note(this.#heard, `socket.asks.${type}`, { ...frame, ref: answer['ref'] })
    return answer
  }

  /** Says what nothing answers. */
  say(type: string, known: Members): void {
    const frame = this.frameOf(type, known)
    this.socket.say(frame)
    note(this.#heard, `socket.asks.${type}`, frame)
  }

  hears(type: string, isIt: (frame: Frame) => boolean = () => true): Promise<Frame> {
    return this.socket.hears(type, (frame) => frame.type === type && isIt(frame))
  }

  /** Holds to the document whatever was heard since the last time. */
  look(): void {
    const frames = this.socket.frames.slice(this.#looked)
    this.#looked += frames.length
    for (const frame of frames) note(this.#heard, this.#contract.frame(frame), frame)
  }

  /** Each wrong input of a frame, and how it was answered. */
  async askWrong(type: string, known: Members): Promise<{ wrong: Wrong; answer: Frame }[]> {
    const right = this.frameOf(type, known)
    const found: { wrong: Wrong; answer: Frame }[] = []
    for (const wrong of wrongObjects(right, this.#payloadOf(type), this.#resolve)) {
      const before = this.socket.ofType('error').length
      this.socket.say(wrong.value as Members)
      await this.socket.hears(`a refusal of ${type} ${wrong.pointer} ${wrong.why}`, () => {
        return this.socket.ofType('error').length > before
      })
      found.push({ wrong, answer: this.socket.ofType('error').at(-1)! })
    }
    return found
  }

  #payloadOf(type: string): JsonSchema {
    return this.#contract.payloadOf(`socket.asks.${type}`)
  }

  readonly #resolve = (reference: string): JsonSchema => {
    const name = reference.split('/').at(-1) ?? ''
    return this.#contract.document.components.schemas[name] ?? {}
  }
}
