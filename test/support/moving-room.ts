import { hashOf } from '../../src/ledger/entry.ts'
import { systemSender } from '../../src/ledger/index.ts'
import type { Entry, Place, ResumeAnswer, RoomEvent } from '../../src/ledger/index.ts'
import type { AccountId } from '../../src/platform/ids.ts'

/**
 * The truth about one room: its entries, and what became of its epochs. What a server or a client knows of it, however late, is read from
 * here: so whoever asks gets what the ledger would answer at that moment.
 */
export class MovingRoom {
  readonly entries: Entry[] = []
  epoch = 1
  isClosed = false
  /** The end is stored: nothing takes it back any more. */
  isEnded = false
  /** How far each ended epoch was kept. */
  readonly #ends = new Map<number, number>()
  #said = 0

  get head(): Place {
    return { epoch: this.epoch, seq: this.entries.length }
  }

  say(sender: AccountId): void {
    this.#said += 1
    this.#add({ sender, id: `line ${this.#said}`, kind: 'text', content: { body: `line ${this.#said}` } })
  }

  /** Something that pages fold into what it amends. */
  amend(sender: AccountId): void {
    this.#said += 1
    this.#add({ sender, id: `edit ${this.#said}`, kind: 'edit', content: { body: `edit ${this.#said}` } })
  }

  putOut(account: AccountId, version: number): void {
    const who = { id: String(account), username: 'somebody' }
    this.#add({ sender: systemSender, id: `!kick:${account}:${version}`, kind: 'kick', content: { who } })
  }

  close(): void {
    this.#add({ sender: systemSender, id: '!closed', kind: 'closed', content: {} })
    this.isClosed = true
  }

  /** Only what is closed is ever stored here. */
  store(): void {
    this.isEnded = this.isClosed
  }

  /**
   * The buffer begins anew, without the last `lost` entries of this epoch: what an earlier one has kept is in MySQL. Where that takes a
   * room's closing away, the new epoch stores it itself. A room that has ended has no more epochs.
   */
  beginEpoch(lost: number): void {
    if (this.isEnded) return
    this.entries.length = Math.max(this.#keptOf(this.epoch - 1), this.entries.length - lost)
    this.#ends.set(this.epoch, this.entries.length)
    this.epoch += 1
    if (!this.isClosed) return
    if (this.entries.at(-1)?.kind !== 'closed') {
      this.isClosed = false
      this.close()
    }
    this.store()
  }

  /** What somebody hears who has been told everything up to `told`: the epoch first, entries in pieces of `atOnce`. */
  eventsSince(told: Place, atOnce: number): RoomEvent[] {
    const events: RoomEvent[] = []
    let from = told.seq
    if (told.epoch !== this.epoch) {
      const keptUpTo = { epoch: told.epoch, seq: this.#keptOf(told.epoch) }
      from = Math.min(from, keptUpTo.seq)
      events.push({ type: 'epoch', epoch: this.epoch, keptUpTo })
    }
    for (; from < this.entries.length; from += atOnce) {
      events.push({ type: 'entries', epoch: this.epoch, entries: this.entries.slice(from, from + atOnce) })
    }
    if (this.isEnded) events.push({ type: 'ended', last: this.head })
    return events
  }

  /** As the ledger resumes: everything up to `upTo`, or nothing when that is of an epoch that has ended, or has not begun yet there. */
  resume(after: Place, upTo: Place, mostEntries: number): ResumeAnswer {
    const isTold = after.epoch === upTo.epoch || after.epoch === this.epoch
    const keptUpTo = isTold ? undefined : { epoch: after.epoch, seq: this.#keptOf(after.epoch) }
    if (after.epoch > upTo.epoch && keptUpTo === undefined) return { type: 'superseded' }
    const from = Math.min(after.seq, keptUpTo?.seq ?? after.seq, upTo.seq)
    if (upTo.seq - from > mostEntries) {
      return { type: 'gap', from: { epoch: upTo.epoch, seq: from + 1 }, to: upTo, keptUpTo }
    }
    const entries = this.entries.slice(from, upTo.seq)
    const isWhole = entries.length === upTo.seq - from && entries.every((entry) => entry.epoch <= upTo.epoch)
    return isWhole ? { type: 'entries', entries, keptUpTo } : { type: 'superseded' }
  }

  #keptOf(epoch: number): number {
    return this.#ends.get(epoch) ?? 0
  }

  #add({ content, ...entry }: Pick<Entry, 'sender' | 'id' | 'kind'> & { content: object }): void {
    if (this.isClosed) return
    const payload = Buffer.from(JSON.stringify(content))
    const place = { epoch: this.epoch, seq: this.entries.length + 1 }
    this.entries.push({ ...entry, ...place, at: 0, target: undefined, erases: false, payload, hash: hashOf(payload) })
  }
}
