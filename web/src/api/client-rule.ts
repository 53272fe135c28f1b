import type { Entry, Place, RoomEars } from './live.ts'
import { parsePlace } from './place.ts'
import type { PushFrame } from './frames.ts'

/**
 * What one listener of a room is told, by the rule of docs/protocol.md: an entry that is known already is dropped, the next one is told, a later
 * one comes after the word that something is missing before it; a new epoch takes away what the old one did not keep. It does
 * not matter what was told twice, on which connection, or in what order connections came and went.
 */
export class ClientRule {
  readonly #ears: RoomEars
  #last: Place | undefined
  /** What an ended epoch had above this place is gone, whenever it still comes. */
  #kept: Place | undefined
  #wasReady = false

  constructor(ears: RoomEars, after: Place | undefined) {
    this.#ears = ears
    this.#last = after
  }

  /** The newest place that was told, in the newest epoch: where to go on from. Undefined for one who begins at the end. */
  get last(): Place | undefined {
    return this.#last
  }

  hear(frame: PushFrame): void {
    switch (frame.type) {
      case 'entry':
        return this.#entry(frame)
      case 'epoch':
        return this.#epoch(frame.epoch, parsePlace(frame.keptUpTo))
      case 'gap':
        return this.#missing(parsePlace(frame.to))
      case 'stored':
        return this.#ears.stored?.({ epoch: frame.epoch, seq: frame.seq })
      case 'presence':
        return this.#ears.presence?.({ count: frame.count, joined: frame.joined ?? [], left: frame.left ?? [] })
      case 'typing':
        return this.#ears.typing?.(frame.from)
      case 'read':
        return this.#ears.read?.({ epoch: frame.epoch, seq: frame.seq })
      case 'closed':
        return this.#ears.closed?.({ epoch: frame.epoch, lastSeq: frame.lastSeq, receipt: frame.receipt })
      case 'unsubscribed':
        return this.#ears.ended?.(frame.reason)
      default:
        return frame satisfies never
    }
  }

  /** The answer to `subscribe`: all up to `head` has been told, or said to be missing. */
  subscribed(room: { epoch: number; head: number; stored: number; keptUpTo?: string | undefined }): void {
    const { epoch, head, stored } = room
    if (room.keptUpTo !== undefined) this.#epoch(epoch, parsePlace(room.keptUpTo))
    if (this.#last === undefined) this.#last = { epoch, seq: head }
    else this.#missing({ epoch, seq: head })
    const isReturn = this.#wasReady
    this.#wasReady = true
    this.#ears.ready?.({ epoch, head, stored, isReturn })
  }

  ended(reason: Parameters<NonNullable<RoomEars['ended']>>[0]): void {
    this.#ears.ended?.(reason)
  }

  #entry(entry: Entry): void {
    const { epoch, seq } = entry
    if (this.#isLost(entry)) return
    const last = this.#last
    if (last !== undefined) {
      // A later epoch, of which nothing was heard, has this place: what an earlier one had here and above was not kept.
      if (seq <= last.seq && epoch > last.epoch) this.#epoch(epoch, { epoch: last.epoch, seq: seq - 1 })
      else if (seq <= last.seq) return
      if (seq > last.seq + 1) this.#missing({ epoch, seq: seq - 1 })
    }
    this.#last = { epoch: Math.max(epoch, last?.epoch ?? 0), seq }
    this.#ears.entry?.(entry)
  }

  /** Told once: a second time it would take back what has been told since. */
  #epoch(epoch: number, keptUpTo: Place): void {
    const last = this.#last
    if (last !== undefined && last.epoch === epoch) return
    this.#kept = keptUpTo.epoch < epoch ? keptUpTo : undefined
    if (last !== undefined) this.#last = { epoch, seq: Math.min(last.seq, keptUpTo.seq) }
    this.#ears.dropped?.(keptUpTo)
  }

  #missing(to: Place): void {
    const from = this.#last
    if (from !== undefined && to.seq <= from.seq) return
    this.#last = { epoch: Math.max(to.epoch, from?.epoch ?? 0), seq: to.seq }
    if (from !== undefined) this.#ears.gap?.({ from, to })
  }

  #isLost({ epoch, seq }: Place): boolean {
    return this.#kept !== undefined && epoch <= this.#kept.epoch && seq > this.#kept.seq
  }
}
