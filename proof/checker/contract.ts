import type { Line } from '../history/line.ts'

/** The promises that a run is held against; docs/proof.md says each in a sentence. */
export const rules = ['C1', 'C2', 'C3', 'C4', 'C5', 'C6', 'C7', 'C8', 'C9', 'C10', 'C11', 'C12', 'C13', 'C14'] as const
export type Rule = (typeof rules)[number]

export interface Violation {
  rule: Rule
  /** Undefined for what concerns no single room. */
  room: string | undefined
  /** One sentence. */
  says: string
  /** The lines of the history and the rows that prove it, ready to be read. */
  proof: readonly string[]
}

/** A row of `messages` (or of the parked ones), as the checker needs it. */
export interface KeptRow {
  room: string
  seq: number
  epoch: number
  id: string
  /** Username; null for the room itself. */
  from: string | null
  kind: string
  /** `content.body`, where there is one and it was not erased. */
  body: string | undefined
  /** `epoch:seq` of what it amends; null where it amends nothing, undefined where that is not known. */
  target?: string | null | undefined
  /** Stands apart because it could not be stored; a row of the room itself keeps its place. */
  isParked: boolean
  /** Still in Redis: of a room that is open. Undefined is no. */
  isBuffered?: boolean
}

/** One room as its receipt, `end_room` and the ends of its epochs tell it. */
export interface Ending {
  room: string
  /** `open` while nobody has asked for the closing. */
  state: string
  lastSeq: number | undefined
  /** Epochs with their ranges; `suspect` names the range that may be lost. */
  epochs: readonly {
    epoch: number
    firstSeq: number
    lastSeq: number
    cause: string
    suspect: { from: number; to: number } | undefined
  }[]
  /** As `npm run verify` says it. Undefined where there is no receipt. */
  isReceiptValid: boolean | undefined
}

/** What the system holds after the run, read without the code that wrote it. */
export interface Record {
  rows: readonly KeptRow[]
  endings: readonly Ending[]
  /** Posts, comments, likes, uploads and events; undefined where the run had none. */
  timeline:
    | undefined
    | {
        posts: readonly { id: string; by: string; text: string; likes: number; comments: number }[]
        comments: readonly { id: string; post: string; by: string; text: string }[]
        likes: readonly { post: string; by: string }[]
        uploads: readonly { id: string; state: string; filesMissing: number }[]
        /** Positions with the post that they are about, in order. */
        events: readonly { position: number; event: string; post: string | undefined }[]
        /** Events that were written down and have no position yet. */
        eventsUnplaced?: number | undefined
      }
  /** Undefined where Redis cannot be looked into. */
  redis: undefined | { leftovers: readonly string[]; usedBytesBefore: number; usedBytesAfter: number }
  /** Lines of logs that must not be: unhandled rejections, violated unique keys. */
  alarms: readonly string[]
  /** What could not be looked at from where the record was read, and why. */
  unseen?: readonly Unseen[]
  /** Rooms whose rows could not be read: of these it is only known how far their closing is. */
  unseenRooms?: readonly string[]
}

/** A promise that a run was not, or not wholly, held against. */
export interface Unseen {
  rule: Rule
  why: string
}

export interface Counts {
  acked: number
  unknown: number
  failed: number
  lost: number
  doubled: number
  reordered: number
  acceptedAfterClose: number
  rooms: number
  sealed: number
  suspect: number
  quarantined: number
  unfinished: number
  /** Acked entries that lie in a range that a receipt calls suspect: lost, and said so. */
  declaredLost: number
  /** Acked, lost with the tail of an epoch, offered again by who said it, and kept. */
  healed: number
}

export interface Verdict {
  violations: readonly Violation[]
  counts: Counts
  /** Why rooms are suspect, by cause, with how many. */
  suspectBecause: readonly { cause: string; rooms: number; entries: number }[]
  unseen: readonly Unseen[]
}

export type Check = (lines: readonly Line[], record: Record) => Verdict
