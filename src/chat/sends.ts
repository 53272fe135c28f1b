import type { Entry } from '../ledger/index.ts'
import { Problem } from '../platform/errors.ts'
import type { AccountId, RoomId } from '../platform/ids.ts'
import type { Histogram, Metrics } from '../platform/metrics.ts'
import { isOutage } from '../platform/outage.ts'
import type { Channels } from './channels.ts'

/** What somebody says, by whichever door. */
export interface Said {
  room: RoomId
  sender: AccountId
  id: string
}

interface Timed extends Said {
  since: number
}

const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
/** Shown from the start: of a series that begins at one nobody can say when it became one. */
const usualOutcomes = [
  ...['kept', 'duplicate', 'room_closed', 'not_member', 'muted', 'rate_limited', 'bad_id', 'bad_input'],
  ...['buffer_full', 'timeout', 'unavailable', 'internal'],
]
const mostTimed = 1000
/** What is not told by then is not going to be: the line was kept, and nobody listens here any more. */
const patienceMs = 30_000

/**
 * What becomes of what is said at this server: its outcome, and how long it takes from its sender until all who listen here have it. One
 * line of a room is timed at once. It stands for those beside it, with which it travels, and a busy room costs no more than a quiet one.
 */
export class Sends {
  /** By `kept`, `duplicate`, or the code that was answered. */
  readonly outcomes = new Map<string, number>(usualOutcomes.map((outcome) => [outcome, 0]))
  /** Entries times those who were told. */
  deliveries = 0
  readonly #isHeard: (room: RoomId) => boolean
  readonly #latency: Histogram
  readonly #timed = new Map<RoomId, Timed>()

  /** `isHeard` says whether somebody listens to a room here: elsewhere nobody would end the time. */
  constructor(metrics: Metrics, isHeard: (room: RoomId) => boolean) {
    this.#isHeard = isHeard
    this.#latency = metrics.histogram({
      name: 'madang_send_deliver_seconds',
      help: 'Time from a line that somebody sends here until all who listen to the room here were told it',
      buckets,
    })
  }

  async follow<Answer extends { duplicate: boolean }>(said: Said, work: () => Promise<Answer>): Promise<Answer> {
    this.began(said)
    try {
      const answer = await work()
      this.kept(said, answer.duplicate)
      return answer
    } catch (error) {
      this.failed(said, error)
      throw error
    }
  }

  /** Each line that begins ends with `kept` or `failed`. */
  began(said: Said): void {
    const before = this.#timed.get(said.room)
    if (before === undefined && !this.#isHeard(said.room)) return
    const since = performance.now()
    if (before !== undefined && since - before.since < patienceMs) return
    this.#timed.delete(said.room)
    const [oldest] = this.#timed.keys()
    if (oldest !== undefined && this.#timed.size >= mostTimed) this.#timed.delete(oldest)
    this.#timed.set(said.room, { ...said, since })
  }

  kept(said: Said, isDuplicate: boolean): void {
    this.#count(isDuplicate ? 'duplicate' : 'kept')
    // It was told long ago.
    if (isDuplicate) this.#forget(said)
  }

  failed(said: Said, error: unknown): void {
    this.#count(codeOf(error))
    this.#forget(said)
  }

  readonly told = (room: RoomId, entries: readonly Entry[], listeners: number): void => {
    this.deliveries += entries.length * listeners
    const timed = this.#timed.get(room)
    if (timed === undefined || !entries.some(({ sender, id }) => id === timed.id && sender === timed.sender)) return
    this.#timed.delete(room)
    this.#latency.observe((performance.now() - timed.since) / 1000)
  }

  #forget({ room, id, sender }: Said): void {
    const timed = this.#timed.get(room)
    if (timed?.id === id && timed.sender === sender) this.#timed.delete(room)
  }

  #count(outcome: string): void {
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1)
  }
}

function codeOf(error: unknown): string {
  if (error instanceof Problem) return error.code
  return isOutage(error) ? 'unavailable' : 'internal'
}

export function showSends(metrics: Metrics, { sends, channels }: { sends: Sends; channels: Channels }): void {
  metrics.show(
    'counter',
    {
      name: 'madang_sends_total',
      help: 'Lines, edits, deletions and reactions by what their sender was told',
      labels: ['outcome'],
    },
    () => [...sends.outcomes].map(([outcome, value]) => [{ outcome }, value] as const),
  )
  metrics.show(
    'counter',
    { name: 'madang_deliveries_total', help: 'Entries of rooms that were told to listeners, counted for each of them' },
    () => sends.deliveries,
  )
  metrics.show(
    'gauge',
    { name: 'madang_rooms_followed', help: 'Rooms that somebody listens to at this server' },
    () => channels.size,
  )
}
