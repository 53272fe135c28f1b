import type { AccountId } from '../platform/ids.ts'
import type { Connection } from '../platform/ws/connection.ts'

/** An entry frame, ready for any socket. */
export interface EntryFrame {
  seq: number
  bytes: Buffer
}

/** What a room has to tell, framed once for all its listeners. */
export type Sound =
  | { type: 'entries'; frames: readonly EntryFrame[]; bytes: Buffer }
  /** The buffer began anew; what this client was told above `keptSeq` was not kept. */
  | { type: 'epoch'; keptSeq: number; bytes: Buffer }
  | { type: 'notice'; bytes: Buffer }
  /** The last one. */
  | { type: 'ending'; bytes: Buffer }

/** More than this while a client catches up, and it is too slow. */
const mostHeld = 5000
const typingMs = 2000

/**
 * One room on one connection. It begins on hold: what the room tells is kept back until the client has been told what it missed,
 * then released without what would repeat; from there on everything goes straight to the socket.
 */
export class Subscription {
  readonly connection: Connection
  readonly account: AccountId
  readonly username: string
  /** Version of this member when it was last looked up: older changes do not end the subscription. */
  memberVersion = 0
  readonly #onEnd: () => void
  #held: Sound[] | undefined = []
  #toldSeq = 0
  #isEnded = false
  #typedAt = -Infinity

  constructor(connection: Connection, onEnd: () => void) {
    this.connection = connection
    this.account = connection.viewer.account
    this.username = connection.viewer.username
    this.#onEnd = onEnd
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  hear(sound: Sound): void {
    if (this.#isEnded) return
    if (this.#held === undefined) return this.#pass(sound)
    this.#held.push(sound)
    if (this.#held.length > mostHeld) this.connection.close('slow')
  }

  /** For what is not worth holding back. */
  hearDroppable(bytes: Buffer): void {
    if (!this.#isEnded && this.#held === undefined) this.connection.writeDroppable(bytes)
  }

  /**
   * The client has been told everything up to `toldSeq`: what was held follows, and `answer` stands in between. False, and no
   * answer, if the subscription ended meanwhile.
   */
  async release(toldSeq: number, answer: () => void): Promise<boolean> {
    this.#toldSeq = toldSeq
    await this.connection.caughtUp()
    if (this.#isEnded) return false
    answer()
    while (this.#held !== undefined && this.#held.length > 0 && !this.#isEnded) {
      const held = this.#held.splice(0)
      for (const sound of held) this.#tell(sound)
      await this.connection.caughtUp()
    }
    this.#held = undefined
    return true
  }

  /** That somebody types is worth telling at most every two seconds. */
  mayTellTyping(nowMs: number): boolean {
    if (nowMs - this.#typedAt < typingMs) return false
    this.#typedAt = nowMs
    return true
  }

  end(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#held = []
    this.#onEnd()
  }

  #pass(sound: Sound): void {
    this.connection.write(sound.bytes)
    if (sound.type === 'ending') this.end()
  }

  #tell(sound: Sound): void {
    switch (sound.type) {
      case 'notice':
      case 'ending':
        return this.#pass(sound)
      case 'epoch':
        this.#toldSeq = Math.min(this.#toldSeq, sound.keptSeq)
        return this.connection.write(sound.bytes)
      case 'entries': {
        const fresh = sound.frames.filter((frame) => frame.seq > this.#toldSeq)
        const last = fresh.at(-1)
        if (last === undefined) return
        this.#toldSeq = last.seq
        return this.connection.write(Buffer.concat(fresh.map((frame) => frame.bytes)))
      }
      default:
        return sound satisfies never
    }
  }
}
