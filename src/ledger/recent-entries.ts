import { decodeEntries } from './entry.ts'
import type { Entry } from './entry.ts'

const mostEntries = 1000
const fewestEntries = 500

/** Entries that came together: as they were published, or as they were read. */
interface Batch {
  first: number
  last: number
  kept: Buffer | readonly Entry[]
}

/**
 * The newest entries of a room, for who comes back: 500 at least, once there were as many. What was published is kept as those bytes and decoded for who asks: the entries
 * themselves would outlive every young generation, and the collector would copy each of them twice for the few that somebody asks for.
 */
export class RecentEntries {
  #batches: Batch[] = []

  /** `entries` follow what is here already; `published` are the same ones as bytes. */
  add(entries: readonly Entry[], published?: Buffer): void {
    const [first, last] = [entries[0], entries.at(-1)]
    if (first === undefined || last === undefined) return
    this.#batches.push({ first: first.seq, last: last.seq, kept: published ?? entries })
    const [oldest] = this.#batches
    if (oldest !== undefined && last.seq - oldest.first >= mostEntries) this.#forgetBefore(last.seq - fewestEntries + 1)
  }

  /** Those after `seq`; undefined where they are not all here. */
  after(seq: number): Entry[] | undefined {
    const [oldest] = this.#batches
    if (oldest === undefined || oldest.first > seq + 1) return undefined
    const later = this.#batches.filter(({ last }) => last > seq)
    return later.flatMap(entriesOf).filter((entry) => entry.seq > seq)
  }

  dropAfter(seq: number): void {
    const dropped = this.#batches.filter(({ last }) => last > seq)
    this.#batches = this.#batches.filter(({ last }) => last <= seq)
    this.add(dropped.flatMap(entriesOf).filter((entry) => entry.seq <= seq))
  }

  #forgetBefore(seq: number): void {
    this.#batches = this.#batches.filter(({ last }) => last >= seq)
  }
}

function entriesOf({ kept }: Batch): readonly Entry[] {
  return Buffer.isBuffer(kept) ? decodeEntries(kept) : kept
}
