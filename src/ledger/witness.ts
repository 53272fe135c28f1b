import { chunksOf } from '../platform/chunks.ts'
import { crashPoint } from '../platform/crash-point.ts'
import type { RoomId } from '../platform/ids.ts'
import { Ticker } from '../platform/lifecycle.ts'
import type { Log } from '../platform/log.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Place } from './entry.ts'
import { recordAcked } from './record-store.ts'

const rowsAtOnce = 500

/**
 * Writes down, about once a second, up to where this server has acknowledged each room. When a Redis comes back with less,
 * these rows tell that something is missing and from where.
 */
export class Witness {
  readonly #sql: Sql
  readonly #server: string
  readonly #ticker: Ticker
  /** Of each epoch the highest; as a rule there is one. */
  #acked = new Map<RoomId, Place[]>()

  constructor(options: { sql: Sql; server: string; everyMs: number; log: Log }) {
    this.#sql = options.sql
    this.#server = options.server
    this.#ticker = new Ticker({
      everyMs: options.everyMs,
      work: () => this.record(),
      onError: (error) => options.log.warn({ err: error }, 'witnesses could not be recorded; the next round has them'),
    }).start()
  }

  saw(room: RoomId, { epoch, seq }: Place): void {
    const places = this.#acked.get(room) ?? []
    const known = places.find((place) => place.epoch === epoch)
    if (known === undefined) this.#acked.set(room, [...places, { epoch, seq }])
    else known.seq = Math.max(known.seq, seq)
  }

  async record(): Promise<void> {
    const acked = this.#acked
    this.#acked = new Map()
    const rows = [...acked].flatMap(([room, places]) => places.map((place) => ({ room, place })))
    if (rows.length > 0) crashPoint('append: acknowledged, no witness')
    try {
      for (const some of chunksOf(rows, rowsAtOnce)) await recordAcked(this.#sql, this.#server, some)
    } catch (error) {
      rows.forEach(({ room, place }) => this.saw(room, place))
      throw error
    }
  }

  async stop(): Promise<void> {
    await this.#ticker.stop()
    await this.record()
  }
}
