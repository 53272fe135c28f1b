import { z } from 'zod'
import type { Broker } from '../platform/broker.ts'
import type { AccountId, RoomId } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'

/**
 * What the servers tell each other about a room and nobody keeps: who came and went, who types, what somebody has read on
 * another device. Heard at most once, and by the server that said it too.
 */
const keys = { channel: (room: RoomId) => `chat:room:${room}:whispers` }

const account = z
  .int()
  .positive()
  .transform((id) => id as AccountId)
const whisper = z.discriminatedUnion('type', [
  z.object({ type: z.literal('here'), account, name: z.string() }),
  z.object({ type: z.literal('gone'), account, name: z.string() }),
  z.object({ type: z.literal('typing'), account, name: z.string() }),
  z.object({ type: z.literal('read'), account, connection: z.string(), epoch: z.int(), seq: z.int() }),
])

export type Whisper = z.output<typeof whisper>

export class Whispers {
  readonly #broker: Broker
  readonly #log: Log

  constructor(parts: { broker: Broker; log: Log }) {
    this.#broker = parts.broker
    this.#log = parts.log
  }

  /** What is not a whisper, or one that only a newer version knows, is passed over. */
  hear(room: RoomId, listener: (whisper: Whisper) => void): Promise<() => void> {
    return this.#broker.subscribe(keys.channel(room), (message) => {
      const said = readWhisper(message)
      if (said !== undefined) listener(said)
    })
  }

  say(room: RoomId, said: Whisper): void {
    this.#broker.publish(keys.channel(room), JSON.stringify(said)).catch((error: unknown) => {
      this.#log.debug({ err: error, room, whisper: said.type }, 'a whisper was lost')
    })
  }
}

function readWhisper(message: Buffer): Whisper | undefined {
  try {
    return whisper.safeParse(JSON.parse(message.toString())).data
  } catch {
    return undefined
  }
}
