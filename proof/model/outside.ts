import type { Place } from '../../src/ledger/entry.ts'

/** What servers and clients know: nobody can ask them later, and the promise is made to them. */
export interface Outside {
  /** What each client has come to know of its line, by id. */
  lines: Readonly<Record<string, LineOfClient>>
  /** Everything that was acknowledged, to whomever. */
  acks: readonly Ack[]
  /** What a server acknowledged and has not written down yet: the highest seq by epoch. */
  unwritten: Readonly<Record<string, Readonly<Record<number, number>>>>
  /** The last seq that the closing was answered with. */
  closeAnswer: Fenced | undefined
  /** What happened to Redis that may lose something, while the room was awake. */
  losses: readonly ('wipe' | 'rollback' | 'rollback over epochs')[]
}

export interface LineOfClient {
  state: 'new' | 'sent' | 'unknown' | 'kept' | 'refused'
  /** How often it was sent. */
  tries: number
  /** Sent for the first time after the closing had been answered. */
  isLate: boolean
}

export interface Ack extends Place {
  id: string
  server: string
  /** The server died before it could bear witness. */
  isUnwitnessed: boolean
}

export interface Fenced {
  epoch: number
  lastSeq: number
}

export function heard(outside: Outside, id: string, state: LineOfClient['state']): void {
  const line = outside.lines[id]
  if (line === undefined) throw new Error(`nobody says ${id}`)
  outside.lines = { ...outside.lines, [id]: { ...line, state } }
}

/** Appender#settle: the server remembers what it acknowledges, then its client hears it. */
export function acknowledge(outside: Outside, server: string, id: string, place: Place, isWitness: boolean): void {
  const known = outside.unwritten[server] ?? {}
  const seq = Math.max(known[place.epoch] ?? 0, place.seq)
  if (isWitness) outside.unwritten = { ...outside.unwritten, [server]: { ...known, [place.epoch]: seq } }
  const { epoch } = place
  const isKnown = outside.acks.some((ack) => isSame(ack, { id, server, epoch, seq: place.seq }))
  if (!isKnown) outside.acks = [...outside.acks, { id, server, epoch, seq: place.seq, isUnwitnessed: false }]
  heard(outside, id, 'kept')
}

/** A server dies: what it had not written down nobody will bear witness of. */
export function forgetWitness(outside: Outside, server: string): void {
  const unwritten = outside.unwritten[server] ?? {}
  outside.acks = outside.acks.map((ack) =>
    ack.server === server && (unwritten[ack.epoch] ?? 0) >= ack.seq ? { ...ack, isUnwitnessed: true } : ack,
  )
  outside.unwritten = { ...outside.unwritten, [server]: {} }
}

const isSame = (a: Omit<Ack, 'isUnwitnessed'>, b: Omit<Ack, 'isUnwitnessed'>): boolean =>
  a.id === b.id && a.server === b.server && a.epoch === b.epoch && a.seq === b.seq
