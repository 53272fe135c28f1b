import type { Place } from './frames.ts'

/** An entry as a client keeps it. */
export interface SeenEntry extends Place {
  id: string
  kind: string
  body: string | undefined
}

/** What became of an entry that was heard. `hole` means: something before it was missed, fetch it. */
export type Applied = 'new' | 'dropped' | 'hole'

/**
 * A room as one client has it: entries 1 … n without a hole. The rule of the protocol: what is known is dropped, what is next
 * is applied, what is further on means that something was missed; a new epoch takes away what the old one did not keep.
 */
export class RoomView {
  readonly #entries: SeenEntry[] = []
  readonly #share: (entry: SeenEntry) => SeenEntry
  #epoch = 0
  #keptUpTo: Place = { epoch: 0, seq: 0 }

  /** `share` lets many views of one room keep one copy of each entry. */
  constructor(share: (entry: SeenEntry) => SeenEntry = (entry) => entry) {
    this.#share = share
  }

  get entries(): readonly SeenEntry[] {
    return this.#entries
  }

  /** Where to resume from. */
  get last(): Place {
    return { epoch: this.#epoch, seq: this.#entries.length }
  }

  apply({ epoch, seq, id, kind, body }: Omit<SeenEntry, 'body'> & { body?: string | undefined }): Applied {
    if (this.#isLost({ epoch, seq })) return 'dropped'
    const known = this.#entries[seq - 1]
    if (known !== undefined && known.epoch >= epoch) return 'dropped'
    // A later epoch has this place: what an earlier one had here, and above, was not kept.
    if (known !== undefined) this.#entries.length = seq - 1
    if (seq !== this.#entries.length + 1) return 'hole'
    this.#entries.push(this.#share({ epoch, seq, id, kind, body }))
    this.#epoch = Math.max(this.#epoch, epoch)
    return 'new'
  }

  /** The same for an item of a page, into which what amended it is folded: places before it that a page leaves out are no hole. */
  applyFolded(entry: SeenEntry): void {
    if (this.#isLost(entry)) return
    for (let seq = this.#entries.length + 1; seq < entry.seq; seq += 1) {
      this.#entries.push(this.#share({ epoch: entry.epoch, seq, id: '', kind: 'folded', body: undefined }))
    }
    this.apply(entry)
  }

  /** The buffer began anew: drops what earlier epochs had above `keptUpTo`. */
  beginEpoch(epoch: number, keptUpTo: Place | undefined): void {
    if (keptUpTo !== undefined) {
      const firstLost = this.#entries.findIndex((entry) => entry.seq > keptUpTo.seq && entry.epoch <= keptUpTo.epoch)
      if (firstLost !== -1) this.#entries.length = firstLost
      this.#keptUpTo = keptUpTo
    }
    this.#epoch = Math.max(this.#epoch, epoch)
  }

  #isLost({ epoch, seq }: Place): boolean {
    return epoch <= this.#keptUpTo.epoch && seq > this.#keptUpTo.seq
  }

  /** True when the room's last entry is there. */
  get isClosed(): boolean {
    return this.#entries.at(-1)?.kind === 'closed'
  }
}

/** One copy of each entry for all views of a room, made of whatever view hears it first. */
export function entryPool(): (entry: SeenEntry) => SeenEntry {
  const pool = new Map<string, SeenEntry>()
  return (entry) => {
    const place = `${entry.epoch}:${entry.seq}`
    const first = pool.get(place)
    if (first === undefined) pool.set(place, entry)
    return first !== undefined && isSame(first, entry) ? first : entry
  }
}

export function isSame(one: SeenEntry, other: SeenEntry): boolean {
  return (
    one.epoch === other.epoch &&
    one.seq === other.seq &&
    one.id === other.id &&
    one.kind === other.kind &&
    one.body === other.body
  )
}
