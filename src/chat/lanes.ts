import type { AppendOutcome, Ledger } from '../ledger/index.ts'
import { Problem } from '../platform/errors.ts'
import type { RoomId } from '../platform/ids.ts'
import type { OnOutcome, Prepared } from './outcome.ts'

const mostWaiting = 500

interface Lane {
  waiting: number
  last: Promise<unknown>
  isBroken: boolean
}

/** Who says the lines. Of each it hears once, by `told` or by `failed`, which do not throw. */
export interface Speaker<Line> {
  told(line: Line, outcome: AppendOutcome): void | Promise<void>
  failed(line: Line, error: unknown): void
}

/**
 * Keeps one speaker's lines in order: each is handed to the ledger in the order in which it was sent. As a rule that is at once;
 * behind a line that has to look something up the next ones wait in a lane of their room.
 */
export class Lanes<Line extends { readonly room: RoomId }> {
  readonly #ledger: Pick<Ledger, 'append'>
  readonly #speaker: Speaker<Line>
  /** Made for the first line that has to wait: most sockets never have one. */
  #lanes: Map<RoomId, Lane> | undefined
  readonly #mostWaiting: number

  constructor(ledger: Pick<Ledger, 'append'>, speaker: Speaker<Line>, most = mostWaiting) {
    this.#ledger = ledger
    this.#speaker = speaker
    this.#mostWaiting = most
  }

  /**
   * Resolves when the speaker has heard what became of the line. It fails by what `prepare` fails by, which may throw at once; by `rate_limited`
   * when too many wait; by `unavailable` behind a line of unknown outcome. It is no async function, and lets go of `prepare`: thousands of lines
   * wait for Redis at once, and each is to keep alive as little as can be.
   */
  say(line: Line, prepare: () => Prepared | Promise<Prepared>): void | Promise<void> {
    try {
      const lane = this.#lanes?.get(line.room)
      if (lane !== undefined) return this.#wait(line, lane, prepare)
      const prepared = prepare()
      if (!(prepared instanceof Promise)) return this.#handOver(line, prepared)
      const opened: Lane = { waiting: 0, last: Promise.resolve(), isBroken: false }
      this.#lanes ??= new Map()
      this.#lanes.set(line.room, opened)
      return this.#wait(line, opened, () => prepared)
    } catch (error) {
      this.#speaker.failed(line, error)
    }
  }

  #wait(line: Line, lane: Lane, prepare: () => Prepared | Promise<Prepared>): Promise<void> {
    if (lane.waiting >= this.#mostWaiting) throw new Problem('rate_limited', { retryAfter: 1 })
    lane.waiting += 1
    const turn = lane.last.then(prepare)
    const heard = turn.then((prepared) => {
      // What follows a line that may or may not be kept must not overtake it.
      if (lane.isBroken) throw new Problem('unavailable', { retryAfter: 1 })
      return this.#handOver(line, prepared)
    })
    // Only for the turn: the ledger keeps the order of what it was handed, so nobody waits for the outcome.
    lane.last = turn.then(
      () => this.#turned(line.room, lane),
      () => this.#turned(line.room, lane),
    )
    return heard.catch((error: unknown) => this.#speaker.failed(line, error))
  }

  #turned(room: RoomId, lane: Lane): void {
    lane.waiting -= 1
    if (lane.waiting === 0) this.#lanes?.delete(room)
  }

  /** To the ledger at once, in the turn of the event loop in which this is called. */
  #handOver(line: Line, prepared: Prepared): void | Promise<void> {
    if (prepared.type === 'kept') return this.#speaker.told(line, prepared.outcome)
    const { entry, onOutcome } = prepared
    return this.#ledger.append(line.room, entry).then(
      (outcome) => this.#hear(line, outcome, onOutcome),
      (error: unknown) => this.#speaker.failed(line, error),
    )
  }

  /** The lane is broken in the very step in which the ledger says so: a look-up that ends in the same moment comes too late. */
  #hear(line: Line, outcome: AppendOutcome, onOutcome?: OnOutcome): void | Promise<void> {
    const lane = this.#lanes?.get(line.room)
    if (outcome.type === 'unknown' && lane !== undefined) lane.isBroken = true
    if (onOutcome === undefined) return this.#speaker.told(line, outcome)
    return onOutcome(outcome).then(
      () => this.#speaker.told(line, outcome),
      (error: unknown) => this.#speaker.failed(line, error),
    )
  }
}
