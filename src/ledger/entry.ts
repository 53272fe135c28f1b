import { hash as digestOf } from 'node:crypto'
import type { AccountId } from '../platform/ids.ts'

/** A place in a room's order. Sequence numbers run 1, 2, 3 … over the whole room; the pair is never given twice. */
export interface Place {
  epoch: number
  seq: number
}

/** Who speaks when the room itself does: join, leave, kick, closed. */
export const systemSender = 0 as AccountId

/**
 * Something that is about to happen in a room. The ledger knows who, when and which bytes; what the bytes mean is chat's.
 * `payload` is one line of well-formed UTF-8 without a line feed (JSON text).
 */
export interface NewEntry {
  sender: AccountId
  /** A client-made UUIDv7, or for the system sender an id that no client can make, such as `!join:7:3`. */
  id: string
  /** ASCII letters. */
  kind: string
  payload: Buffer
  /** The entry that this one amends (edit, delete, reaction). Amendments do not count as messages of a page. */
  target?: Place
  /** Storing this entry erases the payload of its target and of the target's amendments, never their hashes. */
  erases?: boolean
  /** What saying this takes beside being let in; nothing if left out. A repeat of what was kept is answered before this is asked. */
  takes?: Taking
  /** Applied to the members of the room in the same step as the entry. */
  membership?: MembershipChange
  /** Applied to the rules of the room in the same step as the entry. */
  rules?: RuleChange
}

/** `word`: leave to speak. `turn`: leave to speak, and that the speaker's last turn is as long ago as the pace of the room asks. */
export type Taking = 'word' | 'turn'

export interface MembershipChange {
  account: AccountId
  /** Rises with every change in the room, so that a late or repeated change is recognised. */
  version: number
  isIn: boolean
  /** May speak where only those may who were given the word. */
  hasWord?: boolean
}

/** Who may speak: `all` but those who were put out (the lobby), the `members` who are in, or of these only the ones who were `given` the word. */
export type Speak = 'members' | 'all' | 'given'

export interface Rules {
  speak: Speak
  /** Milliseconds between two turns of one speaker; 0: none. */
  paceMs: number
}

export interface RuleChange extends Rules {
  /** Rises with every change of the room's rules, so that a late or repeated change is recognised. */
  version: number
}

/** An entry that happened. */
export interface Entry extends Place {
  /** Milliseconds since the Unix epoch by Redis `TIME`; never decreases within a room. */
  at: number
  sender: AccountId
  id: string
  kind: string
  target: Place | undefined
  erases: boolean
  /** SHA-256 of the payload as it was kept, lower-case hex. */
  hash: string
  /** Empty once erased. */
  payload: Buffer
}

export function samePlace(a: Place, b: Place): boolean {
  return a.epoch === b.epoch && a.seq === b.seq
}

export function formatPlace(place: Place): string {
  return `${place.epoch}:${place.seq}`
}

/** Of a place as text. */
export const placePattern = /^([0-9]{1,10}):([0-9]{1,15})$/

export function parsePlace(text: string): Place | undefined {
  const match = placePattern.exec(text)
  return match === null ? undefined : { epoch: Number(match[1]), seq: Number(match[2]) }
}

export function hashOf(payload: Buffer): string {
  return digestOf('sha256', payload)
}

/**
 * One link of the digest that Redis chains (see append.lua): SHA-1 over the previous digest and the facts of an entry.
 * It proves that the rows are what was acknowledged, in the same order.
 */
export function chainDigest(previous: string, entry: Omit<Entry, 'payload' | 'target' | 'erases'>): string {
  return digestOf('sha1', chainedFacts(previous, entry))
}

/** The same chain with SHA-256, computed once at sealing for the receipt. */
export function chainReceiptDigest(previous: string, entry: Omit<Entry, 'payload' | 'target' | 'erases'>): string {
  return digestOf('sha256', chainedFacts(previous, entry))
}

function chainedFacts(previous: string, entry: Omit<Entry, 'payload' | 'target' | 'erases'>): string {
  const { epoch, seq, at, sender, id, kind, hash } = entry
  return `${previous}|${epoch}|${seq}|${at}|${sender}|${id}|${kind}|${hash}`
}

/**
 * The stored form, as append.lua writes it: `epoch|seq|at|sender|id|kind|target|hash|payload`. The header is ASCII without
 * a bar inside a field, the payload takes the rest; `target` is empty, `epoch:seq`, or `!epoch:seq` when the entry erases it.
 */
export function decodeEntry(stored: Buffer): Entry {
  return entryIn(stored, 0, stored.length)
}

/** Entries as append.lua publishes them: stored forms, one a line. */
export function decodeEntries(lines: Buffer): Entry[] {
  const entries: Entry[] = []
  let start = 0
  for (let end = lines.indexOf(lineFeed); end !== -1; end = lines.indexOf(lineFeed, start)) {
    entries.push(entryIn(lines, start, end))
    start = end + 1
  }
  entries.push(entryIn(lines, start, lines.length))
  return entries
}

const bar = 0x7c
const lineFeed = 0x0a
const digitZero = 0x30

/** Every server that listens to a room reads each of its lines: the header is walked through once, and only its words become text. */
function entryIn(bytes: Buffer, start: number, end: number): Entry {
  const epoch = barFrom(bytes, start, end)
  const seq = barFrom(bytes, epoch + 1, end)
  const at = barFrom(bytes, seq + 1, end)
  const sender = barFrom(bytes, at + 1, end)
  const id = barFrom(bytes, sender + 1, end)
  const kind = barFrom(bytes, id + 1, end)
  const target = barFrom(bytes, kind + 1, end)
  const hash = barFrom(bytes, target + 1, end)
  const first = sender + 1
  const words = bytes.toString('latin1', first, hash)
  return {
    epoch: numberIn(bytes, start, epoch),
    seq: numberIn(bytes, epoch + 1, seq),
    at: numberIn(bytes, seq + 1, at),
    sender: numberIn(bytes, at + 1, sender) as AccountId,
    id: words.slice(0, id - first),
    kind: words.slice(id + 1 - first, kind - first),
    ...decodeTarget(words.slice(kind + 1 - first, target - first)),
    hash: words.slice(target + 1 - first),
    payload: bytes.subarray(hash + 1, end),
  }
}

function barFrom(bytes: Buffer, from: number, end: number): number {
  for (let at = from; at < end; at += 1) if (bytes[at] === bar) return at
  throw new Error('not the stored form of an entry')
}

/** NaN where it is no number. Digits are added one by one: the sum must not leave what a double holds exactly on its way. */
function numberIn(bytes: Buffer, from: number, end: number): number {
  let value = from < end ? 0 : Number.NaN
  for (let at = from; at < end; at += 1) {
    const digit = (bytes[at] ?? Number.NaN) - digitZero
    value = digit >= 0 && digit <= 9 ? value * 10 + digit : Number.NaN
  }
  return value
}

/** An entry without the place, which the script gives it. */
export interface EncodedEntry {
  /** What is chained of it, `sender|id|kind|hash`. */
  chained: string
  /** Its stored form, `sender|id|kind|target|hash|payload`. */
  form: Buffer
}

export function encodeEntry(entry: NewEntry): EncodedEntry {
  const { sender, id, kind, payload } = entry
  const facts = `${sender}|${id}|${kind}|`
  const hash = hashOf(payload)
  const header = `${facts}${encodeTarget(entry)}|${hash}|`
  const form = Buffer.allocUnsafe(header.length + payload.length)
  form.write(header, 'latin1')
  payload.copy(form, header.length)
  return { chained: facts + hash, form }
}

/** The `target` field of the stored form. */
function encodeTarget(entry: Pick<NewEntry, 'target' | 'erases'>): string {
  if (entry.target === undefined) return ''
  return `${entry.erases === true ? '!' : ''}${formatPlace(entry.target)}`
}

const untargeted = { target: undefined, erases: false }

function decodeTarget(text: string): Pick<Entry, 'target' | 'erases'> {
  if (text === '') return untargeted
  const erases = text.startsWith('!')
  return { target: parsePlace(erases ? text.slice(1) : text), erases }
}
