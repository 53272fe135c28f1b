/** What the ledger offers, and what it needs from those who own the rooms. The code behind it is wired in index.ts. */

import type { Readable } from 'node:stream'
import type { AccountId, RoomId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Entry, MembershipChange, NewEntry, Place, RuleChange } from './entry.ts'

/** The members and the rules of a room, each as of a version: all changes up to it are in, none above. One consistent read. */
export interface Roster {
  rules: RuleChange
  version: number
  members: MembershipChange[]
}

/** What the ledger needs from those who own the rooms; the composition root passes it in. */
export interface RoomsPort {
  roster(room: RoomId): Promise<Roster>
  /** The room is closed for good (its last entry is *closed*). Repeatable, may come late and from any process. */
  closed(room: RoomId): Promise<void>
  /**
   * The closing is final: receipt and transcript are there. At least once, after however many deaths of a worker; rejects while
   * it cannot be taken note of, and is called again.
   */
  sealed(room: RoomId): Promise<void>
  /** For receipt and transcript: what the room is called and by which names its speakers went. */
  describe(room: RoomId, senders: AccountId[]): Promise<RoomDescription>
  /** One readable line for the HTML transcript, from an entry's payload. Undefined for what a reader need not see. */
  describeEntry(entry: Entry): string | undefined
}

export interface RoomDescription {
  name: string
  topic: string
  openedAt: Date
  names: Map<AccountId, string>
}

/** The three outcomes of a send: kept; definitely not kept and why; or unknown (repeat it with the same id). */
export type AppendOutcome =
  | { type: 'kept'; place: Place; at: number; isDuplicate: boolean; kept: 'buffered' | 'stored' }
  | { type: 'closed'; last: Place }
  | { type: 'forbidden' }
  /** In the room, but without the word. */
  | { type: 'muted' }
  /** Too soon after the speaker's last turn. */
  | { type: 'early'; retryMs: number }
  | { type: 'full' }
  | { type: 'bad_id' }
  | { type: 'unknown'; reason: 'timeout' | 'unavailable' }

export interface Head extends Place {
  state: 'open' | 'closed'
  /** Up to where the room is in MySQL. */
  storedSeq: number
}

/** A message with everything that later entries did to it, oldest first. */
export interface Item {
  entry: Entry
  amendments: Entry[]
}

export interface ItemPage {
  /** Oldest first. */
  items: Item[]
  hasMore: boolean
  head: Head
}

/** What a listener of a room hears, in order and without a hole. */
export type RoomEvent =
  /** `epoch` is the one that was told last. Who has missed a whole epoch hears what was kept of it under the next. */
  | { type: 'entries'; epoch: number; entries: Entry[] }
  /** The buffer began anew: what a client holds above `keptUpTo` was not kept. */
  | { type: 'epoch'; epoch: number; keptUpTo: Place }
  | { type: 'stored'; place: Place }
  /** The room is closed and its last entry stored: from here on nothing can be added, and nothing taken back. The last event. */
  | { type: 'ended'; last: Place }

/** A room as this server follows it: one per room and server, whatever the number of sockets. */
export interface Follow {
  /** Up to where the listener has been told. */
  readonly last: Place
  readonly storedSeq: number
  /** Entries after `seq` up to `last` without what is deleted by now, if this server still holds them all in memory. */
  recent(afterSeq: number): Entry[] | undefined
  stop(): void
}

export type ClosingState = 'requested' | 'fenced' | 'draining' | 'verifying' | 'sealed' | 'suspect' | 'quarantined'

export interface ClosingView {
  room: RoomId
  state: ClosingState
  epoch: number | undefined
  lastSeq: number | undefined
  storedSeq: number
  parked: number
  attempts: number
  lastError: string | undefined
  requestedBy: AccountId | undefined
  requestedAt: Date
  fencedAt: Date | undefined
  sealedAt: Date | undefined
  /** When a sweeper looks at it again; undefined when nothing is left to do. */
  nextAt: Date | undefined
  /** Of a quarantined one: that somebody has looked and lets it be. */
  acceptance: Acceptance | undefined
}

export interface Acceptance {
  by: AccountId
  at: Date
  note: string
}

export interface ClosingRequest {
  by: AccountId
  requestId: string | undefined
  /** Part of the transaction in which the closing is written down; not called for one that was written down before. */
  within?: (trx: Sql) => Promise<void>
}

/** Part of the transaction that changes a closing; told what it was before. */
export type WithinClosing = (trx: Sql, was: ClosingView) => Promise<void>

/** How an epoch of a room ended, or how the last one is fenced. */
export interface InspectedEpoch {
  epoch: number
  firstSeq: number
  lastSeq: number
  digest: string
  cause: string
  suspect: { from: number; to: number } | undefined
  endedAt: Date
}

export interface InspectedClosing extends ClosingView {
  digest: string | undefined
  requestId: string | undefined
  /** Where Redis stands in the room; undefined once it has let go of it, or while it cannot be asked. */
  buffer: { epoch: number; head: number; base: number } | undefined
  epochs: InspectedEpoch[]
  /** In the words of the receipt; empty until there is one. */
  incidents: string[]
}

/**
 * `parked`: MySQL would not take the row. `apart`: kept aside, since it did not continue what was stored. `changed`: the payload is not
 * the one that was acknowledged. `emptied`: it is gone, and nothing erased it. `missing`: there is no row.
 */
export type FindingKind = 'parked' | 'apart' | 'changed' | 'emptied' | 'missing'

export interface Finding {
  kind: FindingKind
  seq: number
  /** The end of what is missing; `seq` for any other. */
  upTo: number
  /** What is known of the entry; nothing of one that is missing. */
  entry: Pick<Entry, 'epoch' | 'at' | 'sender' | 'id' | 'kind' | 'hash' | 'payload'> | undefined
  /** Why it was parked, in the words of MySQL or of the ledger. */
  reason: string | undefined
}

export interface FindingPage {
  findings: Finding[]
  /** Looked at up to here; undefined when that is all. A page without findings is not the last. */
  next: number | undefined
}

export type ResumeAnswer =
  /** Everything after the client's place: the client may first have to drop what lies above `keptUpTo`. */
  | { type: 'entries'; entries: Entry[]; keptUpTo: Place | undefined }
  /** Too far behind: page through `from` … `to`. */
  | { type: 'gap'; from: Place; to: Place; keptUpTo: Place | undefined }
  /** An epoch has begun that who asks has not been told of: there is no way from here to there. To be asked again when it was. */
  | { type: 'superseded' }

export interface Ledger {
  /** Begins the ledger of a new room, in the transaction that makes the room. Redis is not touched: the first use wakes it. */
  create(trx: Sql, room: RoomId): Promise<void>
  append(room: RoomId, entry: NewEntry): Promise<AppendOutcome>
  head(room: RoomId): Promise<Head>
  /** Where an id of a sender was first kept, stored or not yet; undefined when it was not. */
  placeOf(room: RoomId, entry: { sender: AccountId; id: string }): Promise<Place | undefined>
  /** One entry, or undefined when nothing was kept at that place. */
  entryAt(room: RoomId, place: Place): Promise<Entry | undefined>
  /**
   * Every entry with seq in `(after, upTo]`, at most `limit`, in order, from buffer and MySQL as one sequence. Payloads of what is
   * deleted by now are empty, also before MySQL has erased them; the same in what a resume answers.
   */
  entries(room: RoomId, range: { after: number; upTo: number; limit: number }): Promise<Entry[]>
  /** A page of messages (entries without target) before or after a seq, folded with what amends them. */
  items(room: RoomId, page: { before: number; limit: number } | { after: number; limit: number }): Promise<ItemPage>
  /** What a client that was told everything up to `after` has missed, up to and including `upTo`. */
  resume(room: RoomId, after: Place, upTo: Place): Promise<ResumeAnswer>
  /** Starts to listen; resolves when the subscription stands and `last` is known. `listener` is called synchronously, in order. */
  follow(room: RoomId, listener: (event: RoomEvent) => void): Promise<Follow>
  /** Closes a room for new entries; resolves when the fence stands. Repeating it answers what the first one did. */
  close(room: RoomId, request: ClosingRequest): Promise<ClosingView>
  closing(room: RoomId): Promise<ClosingView | undefined>
  /** The closings an admin looks at, newest first. */
  closings(page: { before?: RoomId; limit: number; state?: ClosingState; isAccepted?: boolean }): Promise<ClosingView[]>
  /** Leads a quarantined closing back to draining; parked entries are tried once more. One that is not final is tried at once. False for any other. */
  retryClosing(room: RoomId, within?: WithinClosing): Promise<boolean>
  /** Lets a quarantined closing be, on record; state and receipt stay. False unless it is quarantined and nobody has done so. */
  acceptQuarantine(room: RoomId, acceptance: { by: AccountId; note: string; within?: WithinClosing }): Promise<boolean>
  /** A closing with all that is known of it. */
  inspect(room: RoomId): Promise<InspectedClosing | undefined>
  /** What is not as it was acknowledged, in the order of seqs, from some of the rows on. */
  findings(room: RoomId, page: { after: number; limit: number }): Promise<FindingPage>
  /** Everything that is kept of a room as lines of NDJSON, a few thousand rows at a time. */
  evidence(room: RoomId): AsyncGenerator<string>
  /** The signed receipt of a final room: a compact JWS and its decoded content. */
  receipt(room: RoomId): Promise<{ jws: string; content: unknown } | undefined>
  /**
   * A transcript of a final room, open: whoever has it reads `body` or destroys it. Errors: `unavailable`, where its folder or its disk does not say
   * whether it is there, or does not give it.
   */
  transcript(
    room: RoomId,
    form: 'ndjson' | 'html',
  ): Promise<{ sha256: string; bytes: number; body: Readable } | undefined>
  /** Public keys that ever signed a receipt, as a JWK set. */
  receiptKeys(): Promise<{ keys: unknown[] }>
  /** Stops timers and writes the last witnesses down. */
  stop(): Promise<void>
}
