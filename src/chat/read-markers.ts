import type { Place } from '../ledger/index.ts'
import { chunksOf } from '../platform/chunks.ts'
import type { AccountId, RoomId } from '../platform/ids.ts'
import { Ticker } from '../platform/lifecycle.ts'
import type { Log } from '../platform/log.ts'
import type { Sql } from '../platform/mysql.ts'
import { markersOf, moveMarkers } from './read-marker-store.ts'
import type { ReadMarker } from './read-marker-store.ts'

const writeMs = 1000
const rowsAtOnce = 500
/** Beyond this many unwritten markers a write does not wait for its second. */
const mostUnwritten = 5000

/** How far people have read. Somebody who scrolls sends many markers: only the last of each second is written. */
export class ReadMarkers {
  readonly #sql: Sql
  readonly #ticker: Ticker
  readonly #log: Log
  #unwritten = new Map<string, ReadMarker>()
  #writing: Promise<void> = Promise.resolve()

  constructor(parts: { sql: Sql; log: Log }) {
    this.#sql = parts.sql
    this.#log = parts.log
    this.#ticker = new Ticker({
      everyMs: writeMs,
      work: () => this.#write(),
      onError: (error) => parts.log.warn({ err: error }, 'read markers wait for the next round'),
    }).start()
  }

  move(marker: ReadMarker): void {
    const key = `${marker.account}:${marker.room}`
    const known = this.#unwritten.get(key)
    if (known === undefined || isLater(marker.place, known.place)) this.#unwritten.set(key, marker)
    if (this.#unwritten.size === mostUnwritten) void this.#write().catch(() => undefined)
  }

  async of(account: AccountId, rooms: readonly RoomId[]): Promise<Map<RoomId, Place>> {
    const isUnwritten = rooms.some((room) => this.#unwritten.has(`${account}:${room}`))
    if (isUnwritten) await this.#write()
    return markersOf(this.#sql, account, rooms)
  }

  async stop(): Promise<void> {
    await this.#ticker.stop()
    await this.#write().catch((error: unknown) => this.#log.warn({ err: error }, 'read markers were lost'))
  }

  /** One write at a time, so that of two of one marker the later is written last. */
  #write(): Promise<void> {
    const write = this.#writing.then(() => this.#writeAll())
    this.#writing = write.catch(() => undefined)
    return write
  }

  async #writeAll(): Promise<void> {
    const markers = [...this.#unwritten.values()]
    this.#unwritten = new Map()
    try {
      for (const some of chunksOf(markers, rowsAtOnce)) await moveMarkers(this.#sql, some)
    } catch (error) {
      if (this.#unwritten.size < mostUnwritten) markers.forEach((marker) => this.move(marker))
      throw error
    }
  }
}

export function isLater(place: Place, than: Place): boolean {
  return place.epoch > than.epoch || (place.epoch === than.epoch && place.seq > than.seq)
}
