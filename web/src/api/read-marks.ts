import type { ClientFrame } from './frames.ts'
import type { Place } from './live.ts'
import { ApiProblem } from './problem.ts'

const togetherMs = 700

/** How far I have read, told a moment later: of many places in a row the newest alone, until it was heard. */
export class ReadMarks {
  readonly #ask: (frame: ClientFrame) => Promise<unknown>
  readonly #untold = new Map<string, Place>()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(ask: (frame: ClientFrame) => Promise<unknown>) {
    this.#ask = ask
  }

  read(room: string, place: Place): void {
    const before = this.#untold.get(room)
    if (before !== undefined && !isLater(place, before)) return
    this.#untold.set(room, place)
    this.#timer ??= setTimeout(() => this.#tellAll(), togetherMs)
  }

  /** There is a connection: what was not heard before is told, of rooms that nobody listens to any more too. */
  opened(): void {
    this.#tellAll()
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  #tellAll(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const room of this.#untold.keys()) void this.#tell(room)
  }

  async #tell(room: string): Promise<void> {
    const place = this.#untold.get(room)
    if (place === undefined) return
    try {
      await this.#ask({ type: 'read', room, ...place })
    } catch (error) {
      // Said again with the next, or the next connection; whatever else is wrong with it will not be better then.
      if (error instanceof ApiProblem && again.has(error.code)) return
    }
    if (this.#untold.get(room) === place) this.#untold.delete(room)
  }
}

const again: ReadonlySet<string> = new Set(['offline', 'timeout', 'unavailable', 'rate_limited'])

function isLater(one: Place, other: Place): boolean {
  return one.epoch === other.epoch ? one.seq > other.seq : one.epoch > other.epoch
}
