import type { Place } from '../ledger/index.ts'
import type { AccountId } from '../platform/ids.ts'
import type { Connection } from '../platform/ws/connection.ts'
import { framesAfter } from './entry-frame.ts'
import type { EntryFrames } from './entry-frame.ts'

/** What a room has to tell, framed once for all its listeners. */
export type Sound =
  /** `epoch` is the one that was told before; entries of an earlier one may be among them. */
  | { type: 'entries'; epoch: number; frames: EntryFrames }
  /** The buffer began anew with this epoch; what this client was told above `keptSeq` was not kept. */
  | { type: 'epoch'; epoch: number; keptSeq: number; bytes: Buffer }
  | { type: 'notice'; bytes: Buffer }
  /** The last one. */
  | { type: 'ending'; bytes: Buffer }

/** More than this while a client catches up, and it is too slow. */
const mostHeld = 5000
const typingMs = 2000

/**
 * One room on one connection. It begins on hold: what the room tells is kept back until the client has been told what it missed,
 * then released, and whatever is told is told once.
 */
export class Subscription {
  readonly connection: Connection
  readonly account: AccountId
  readonly username: string
  /** Version of this member when it was last looked up: older changes do not end the subscription. */
  memberVersion = 0
  readonly #onEnd: () => void
  #held: Sound[] | undefined = []
  /** Two numbers and no place: an object a batch would outlive every young generation. */
  #toldEpoch = 0
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
    if (this.#held === undefined) return this.#tell(sound)
    this.#held.push(sound)
    if (this.#held.length > mostHeld) this.connection.close('slow')
  }

  /** For what is not worth holding back. */
  hearDroppable(bytes: Buffer): void {
    if (!this.#isEnded && this.#held === undefined) this.connection.writeDroppable(bytes)
  }

  /**
   * The client has been told everything up to `told`: what was held follows, and `answer` stands in between. False, and no
   * answer, if the subscription ended meanwhile. The room may tell later what was read already, as when it has to look up a name
   * first: that is dropped, here and from here on. An epoch told twice would take back what the client knows.
   */
  async release(told: Place, answer: () => void): Promise<boolean> {
    this.#toldEpoch = told.epoch
    this.#toldSeq = told.seq
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

  #tell(sound: Sound): void {
    switch (sound.type) {
      case 'notice':
        return this.connection.write(sound.bytes)
      case 'ending':
        this.connection.write(sound.bytes)
        return this.end()
      case 'epoch':
        if (sound.epoch <= this.#toldEpoch) return
        this.#toldEpoch = sound.epoch
        this.#toldSeq = Math.min(this.#toldSeq, sound.keptSeq)
        return this.connection.write(sound.bytes)
      case 'entries':
        return this.#tellEntries(sound)
      default:
        return sound satisfies never
    }
  }

  #tellEntries({ epoch, frames }: Extract<Sound, { type: 'entries' }>): void {
    if (epoch < this.#toldEpoch) return
    const bytes = framesAfter(this.#toldSeq, frames)
    if (bytes === undefined) return
    this.#toldEpoch = epoch
    this.#toldSeq = frames.seqs.at(-1) ?? this.#toldSeq
    this.connection.write(bytes)
  }
}
