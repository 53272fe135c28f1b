import { chainDigest, hashOf } from '../../src/ledger/entry.ts'
import type { AppendAnswer } from '../../src/ledger/buffer.ts'
import type { AccountId } from '../../src/platform/ids.ts'

export interface Line {
  sender: AccountId
  id: string
  payload: Buffer
  /** Whether the id was looked up in MySQL under the present token. */
  isLookedUp: boolean
}

interface Kept {
  epoch: number
  seq: number
  at: number
  sender: AccountId
  id: string
  kind: string
  hash: string
  payload: Buffer
}

export interface ModelLimits {
  maxEntries: number
  sentMaxIds: number
}

/** What one room in Redis should be: the scripts of the ledger as plain variables, without clocks and without Redis. */
export class RoomModel {
  readonly limits: ModelLimits
  readonly speakers: ReadonlySet<AccountId>
  isAbsent = true
  isOfThisRun = true
  hold: number | undefined
  epoch = 0
  isClosed = false
  base = 0
  rotation = 0
  entries: Kept[] = []
  /** Digest at every seq that was ever given, by the latest who got it. */
  readonly #digestAt = new Map<number, string>([[0, '']])
  #current = new Map<string, Kept>()
  #older = new Map<string, Kept>()
  #olderLast = 0
  /** Whether ids may have been forgotten, and whether they will have been after the next turn. */
  #hasForgotten = false
  #willHaveForgotten = false

  constructor(limits: ModelLimits, speakers: readonly AccountId[]) {
    this.limits = limits
    this.speakers = new Set(speakers)
  }

  get head(): number {
    return this.base + this.entries.length
  }

  get digest(): string {
    return this.digestAt(this.head)
  }

  get token(): string {
    return `${this.epoch}.${this.rotation}`
  }

  get bytes(): number {
    return this.entries.reduce((sum, entry) => sum + storedLength(entry), 0)
  }

  digestAt(seq: number): string {
    return this.#digestAt.get(seq) ?? ''
  }

  /** Why nothing may be decided, if so. */
  get undecided(): 'absent' | 'stale' | undefined {
    if (this.isAbsent) return this.hold === undefined ? 'absent' : 'stale'
    return this.hold !== undefined || !this.isOfThisRun ? 'stale' : undefined
  }

  /** What append should answer; `at` is taken from what it did answer. */
  append(batch: readonly Line[], answered: readonly AppendAnswer[]): AppendAnswer[] {
    const answers: AppendAnswer[] = []
    for (const [index, line] of batch.entries()) {
      const real = answered[index]
      const answer = this.#decide(line, real?.type === 'kept' ? real.at : 0)
      answers.push(answer)
      if (answer.type === 'lookup') break
    }
    if (answers.some((answer) => answer.type === 'kept')) this.#turn()
    return answers
  }

  #decide(line: Line, at: number): AppendAnswer {
    const name = `${line.sender}:${line.id}`
    const first = this.#current.get(name) ?? this.#older.get(name)
    if (first !== undefined) return { type: 'duplicate', place: { epoch: first.epoch, seq: first.seq }, at: first.at }
    if (this.#hasForgotten && !line.isLookedUp) return { type: 'lookup' }
    if (this.isClosed) return { type: 'closed' }
    if (!this.speakers.has(line.sender)) return { type: 'forbidden' }
    if (this.entries.length >= this.limits.maxEntries) return { type: 'full' }
    const kept = this.push({ ...line, kind: 'text' }, at)
    this.#current.set(name, kept)
    return { type: 'kept', place: { epoch: kept.epoch, seq: kept.seq }, at }
  }

  push(line: Pick<Kept, 'sender' | 'id' | 'kind' | 'payload'>, at: number): Kept {
    const { sender, id, kind, payload } = line
    const place = { epoch: this.epoch, seq: this.head + 1 }
    const kept = { ...place, at, sender, id, kind, hash: hashOf(payload), payload }
    this.#digestAt.set(kept.seq, chainDigest(this.digest, kept))
    this.entries.push(kept)
    return kept
  }

  #turn(): void {
    if (this.#current.size < this.limits.sentMaxIds || this.#olderLast > this.base) return
    this.#hasForgotten = this.#willHaveForgotten
    this.#willHaveForgotten = true
    this.#older = this.#current
    this.#current = new Map()
    this.#olderLast = this.head
    this.rotation += 1
  }

  trim(seq: number): void {
    if (seq <= this.base) return
    this.entries = this.entries.slice(seq - this.base)
    this.base = seq
  }

  rebase(to: { epoch: number; isClosed: boolean; storedSeq: number }): void {
    Object.assign(this, { isAbsent: false, isOfThisRun: true, hold: undefined, rotation: 0, entries: [] })
    Object.assign(this, { epoch: to.epoch, isClosed: to.isClosed, base: to.storedSeq })
    this.#forgetIds()
    this.#olderLast = to.storedSeq
    this.#hasForgotten = to.storedSeq > 0
    this.#willHaveForgotten = to.storedSeq > 0
  }

  retire(): void {
    this.#forgetIds()
    this.#hasForgotten = true
    this.rotation += 1
  }

  vanish(): void {
    Object.assign(this, { isAbsent: true, isOfThisRun: true, hold: undefined, entries: [] })
    this.#forgetIds()
  }

  #forgetIds(): void {
    this.#current = new Map()
    this.#older = new Map()
  }
}

function storedLength(entry: Kept): number {
  const { epoch, seq, at, sender, id, kind, hash, payload } = entry
  return `${epoch}|${seq}|${at}|${sender}|${id}|${kind}||${hash}|`.length + payload.length
}
