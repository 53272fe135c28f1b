import type { AppendOutcome, Ledger, NewEntry } from '../ledger/index.ts'
import { Problem } from '../platform/errors.ts'
import type { RoomId } from '../platform/ids.ts'
import { handOver } from './outcome.ts'
import type { Prepared } from './outcome.ts'

const mostWaiting = 500

interface Lane {
  waiting: number
  last: Promise<unknown>
  isBroken: boolean
}

/**
 * Keeps one speaker's lines in order: each is handed to the ledger in the order in which it was sent. As a rule that is at once;
 * behind a line that has to look something up the next ones wait in a lane of their room.
 */
export class Lanes {
  readonly #ledger: Pick<Ledger, 'append'>
  /** Made for the first line that has to wait: most sockets never have one. */
  #lanes: Map<RoomId, Lane> | undefined
  readonly #mostWaiting: number

  constructor(ledger: Pick<Ledger, 'append'>, most = mostWaiting) {
    this.#ledger = ledger
    this.#mostWaiting = most
  }

  /**
   * Errors: those of `prepare`, which it may throw at once; `rate_limited` when too many wait; `unavailable` behind a line of unknown outcome.
   * It is no async function: between an ordinary line and the ledger stand as few promises as can be.
   */
  say(room: RoomId, prepare: () => Prepared | Promise<Prepared>): Promise<AppendOutcome> {
    const lane = this.#lanes?.get(room)
    if (lane !== undefined) return this.#wait(room, lane, prepare)
    const prepared = prepare()
    if (!(prepared instanceof Promise)) return this.#handOver(room, prepared)
    const opened: Lane = { waiting: 0, last: Promise.resolve(), isBroken: false }
    this.#lanes ??= new Map()
    this.#lanes.set(room, opened)
    return this.#wait(room, opened, () => prepared)
  }

  async #wait(room: RoomId, lane: Lane, prepare: () => Prepared | Promise<Prepared>): Promise<AppendOutcome> {
    if (lane.waiting >= this.#mostWaiting) throw new Problem('rate_limited', { retryAfter: 1 })
    lane.waiting += 1
    const turn = lane.last.then(prepare)
    const outcome = turn.then((prepared) => {
      // What follows a line that may or may not be kept must not overtake it.
      if (lane.isBroken) throw new Problem('unavailable', { retryAfter: 1 })
      return this.#handOver(room, prepared)
    })
    // Only for the turn: the ledger keeps the order of what it was handed, so nobody waits for the outcome.
    lane.last = turn.then(
      () => this.#turned(room, lane),
      () => this.#turned(room, lane),
    )
    return outcome
  }

  #turned(room: RoomId, lane: Lane): void {
    lane.waiting -= 1
    if (lane.waiting === 0) this.#lanes?.delete(room)
  }

  #handOver(room: RoomId, prepared: Prepared): Promise<AppendOutcome> {
    return handOver({ append: (_, entry) => this.#append(room, entry) }, room, prepared)
  }

  /** The lane is broken in the very step in which the ledger says so: a look-up that ends in the same moment comes too late. */
  async #append(room: RoomId, entry: NewEntry): Promise<AppendOutcome> {
    const outcome = await this.#ledger.append(room, entry)
    const lane = this.#lanes?.get(room)
    if (outcome.type === 'unknown' && lane !== undefined) lane.isBroken = true
    return outcome
  }
}
