import type { ClientFrame } from './frames.ts'
import type { Place } from './live.ts'
import { ApiProblem } from './problem.ts'

const togetherMs = 700

/** How far I have read, told a moment later: of many places in a row the newest alone, until it was heard. */
export class ReadMarks {
  readonly #ask: (frame: ClientFrame) => Promise<unknown>
  readonly #isAwaited: (room: string) => boolean
  readonly #untold = new Map<string, Place>()
  #timer: ReturnType<typeof setTimeout> | undefined

  /** `isAwaited`: whether a room is about to be listened to, and `ready` or `ended` will be said of it. */
  constructor(ask: (frame: ClientFrame) => Promise<unknown>, isAwaited: (room: string) => boolean) {
    this.#ask = ask
    this.#isAwaited = isAwaited
  }

  read(room: string, place: Place): void {
    const before = this.#untold.get(room)
    if (before !== undefined && !isLater(place, before)) return
    this.#untold.set(room, place)
    this.#tellSoon()
  }

  /** There is a connection: what was not heard before is told, of rooms that nobody listens to any more too. */
  opened(): void {
    this.#tellAll()
  }

  /** The room is listened to. */
  ready(room: string): void {
    void this.#tell(room)
  }

  /** Nobody listens to the room any more. */
  ended(room: string): void {
    if (this.#untold.has(room)) this.#tellSoon()
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  #tellSoon(): void {
    this.#timer ??= setTimeout(() => this.#tellAll(), togetherMs)
  }

  /** Where one listens, the server knows the end of the room and who reads it; elsewhere each word costs it a look at both. */
  #tellAll(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const room of this.#untold.keys()) if (!this.#isAwaited(room)) void this.#tell(room)
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

/** `conflict`: a server of a version before this one, which takes it only where one listens. */
const again: ReadonlySet<string> = new Set(['offline', 'timeout', 'unavailable', 'rate_limited', 'conflict'])

function isLater(one: Place, other: Place): boolean {
  return one.epoch === other.epoch ? one.seq > other.seq : one.epoch > other.epoch
}
