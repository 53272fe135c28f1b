import type { RoomEvent } from '../ledger/index.ts'
import type { RoomId } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'
import { atEndOfTurn } from '../platform/ws/turn.ts'

export interface GatheringParts {
  log: Log
  /** Calls when all that has come in was looked at: the end of a turn of the event loop, unless a test says otherwise. */
  atEndOfTurn?: (tell: () => void) => void
}

/**
 * Passes the events of a room on in their order at the end of the turn in which they came. Batches that came together are one by then: what is
 * done for each listener is done once.
 */
export class GatheredEvents {
  readonly #parts: GatheringParts
  readonly #room: RoomId
  readonly #tell: (event: RoomEvent) => void
  #gathered: RoomEvent[] = []

  constructor(parts: GatheringParts, room: RoomId, tell: (event: RoomEvent) => void) {
    this.#parts = parts
    this.#room = room
    this.#tell = tell
  }

  hear(event: RoomEvent): void {
    if (this.#gathered.length === 0) (this.#parts.atEndOfTurn ?? atEndOfTurn)(this.#tellAll)
    const joined = join(this.#gathered.at(-1), event)
    if (joined === undefined) this.#gathered.push(event)
    else this.#gathered[this.#gathered.length - 1] = joined
  }

  /** What was not told yet is told no more. */
  stop(): void {
    this.#gathered = []
  }

  readonly #tellAll = (): void => {
    const events = this.#gathered
    this.#gathered = []
    for (const event of events) {
      try {
        this.#tell(event)
      } catch (error) {
        // It must not end the process, nor keep back what comes behind it; listeners find what they lack by themselves.
        this.#parts.log.error({ err: error, room: this.#room }, 'a room could not be told')
      }
    }
  }
}

/** Undefined where one cannot stand for both. */
function join(before: RoomEvent | undefined, event: RoomEvent): RoomEvent | undefined {
  if (event.type !== 'entries' || before?.type !== 'entries' || before.epoch !== event.epoch) return undefined
  return { ...event, entries: before.entries.concat(event.entries) }
}
