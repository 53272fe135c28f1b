import type { Entry, ResumeAnswer } from '../ledger/index.ts'
import { chunksOf } from '../platform/chunks.ts'
import type { EntryFrames } from './entry-frame.ts'

const slice = 100

export type Missed = Exclude<ResumeAnswer, { type: 'superseded' }>
type FramesOf = (entries: readonly Entry[]) => Promise<EntryFrames>

/** What clients missed between two places, in slices that each client waits for. */
export class Replay {
  readonly missed: Missed
  readonly #framesOf: FramesOf
  readonly #slices: (readonly Entry[])[]
  readonly #bytes: (Promise<Buffer> | undefined)[] = []

  constructor(missed: Missed, framesOf: FramesOf) {
    this.missed = missed
    this.#framesOf = framesOf
    this.#slices = missed.type === 'entries' ? [...chunksOf(missed.entries, slice)] : []
  }

  get sliceCount(): number {
    return this.#slices.length
  }

  /** Rejects while speakers cannot be looked up. */
  bytesOf(index: number): Promise<Buffer> {
    return (this.#bytes[index] ??= this.#framesOf(this.#slices[index] ?? []).then(({ bytes }) => bytes))
  }
}

/**
 * When a server dies, all that it had come back at once, most of them from one place: while one of them is told what was missed, it is read and
 * framed for all who ask for the same. Nothing is kept beyond that, so nobody is told what was true before they asked.
 */
export class Replays {
  readonly #underWay = new Map<string, { replay: Promise<Replay | undefined>; users: number }>()

  /** `use` is given what `read` answered for the first who named `range`; undefined is passed on. */
  async share<T>(
    range: string,
    read: () => Promise<Replay | undefined>,
    use: (replay: Replay | undefined) => Promise<T>,
  ): Promise<T> {
    const shared = this.#underWay.get(range) ?? { replay: read(), users: 0 }
    this.#underWay.set(range, shared)
    shared.users += 1
    try {
      return await use(await shared.replay)
    } finally {
      shared.users -= 1
      if (shared.users === 0) this.#underWay.delete(range)
    }
  }
}
