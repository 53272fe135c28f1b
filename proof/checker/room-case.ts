import type { Close, Ended, Gap, Heard, Line, Listening, Reset, Seat, Send, Settled } from '../history/line.ts'
import type { Ending, KeptRow, Record } from './contract.ts'
import { lossesIn } from './losses.ts'
import type { Moments } from './losses.ts'

/** A place in a room's order: seqs go on over epochs, the pair is never given twice. */
export interface Place {
  epoch: number
  seq: number
}

/** One thing that somebody said, under one id: every attempt, and every row that came of it. */
export interface Message {
  by: string
  id: string
  sends: Send[]
  rows: KeptRow[]
  parked: KeptRow[]
}

export type RoomSight = Heard | Reset | Gap | Ended | Listening | Settled

/** All that a run says of one room. */
export interface RoomCase {
  room: string
  /** By `sender id`; of rows that nobody sent, too. */
  messages: Map<string, Message>
  closes: Close[]
  seats: Seat[]
  /** What each listener was told, in the order in which it came. */
  sessions: Map<string, RoomSight[]>
  /** In the order of seqs, without the parked ones. */
  rows: KeptRow[]
  parked: KeptRow[]
  ending: Ending | undefined
  /** When something was done to the stack that may take away what was acknowledged. */
  losses: readonly Moments[]
}

/** The rooms that the history speaks of, with what the record has of them; what else the system holds is not of this run. */
export function roomCases(lines: readonly Line[], record: Record): RoomCase[] {
  const cases = new Map<string, RoomCase>()
  const losses = lossesIn(lines)
  for (const line of lines) {
    if (!('room' in line) || line.room === undefined) continue
    const found = cases.get(line.room) ?? emptyCase(line.room, losses)
    cases.set(line.room, found)
    addLine(found, line)
  }
  for (const row of record.rows) addRow(cases.get(row.room), row)
  for (const ending of record.endings) {
    const found = cases.get(ending.room)
    if (found !== undefined) found.ending = ending
  }
  for (const one of cases.values()) one.rows.sort((a, b) => a.seq - b.seq)
  return [...cases.values()]
}

function emptyCase(room: string, losses: readonly Moments[]): RoomCase {
  return {
    room,
    messages: new Map(),
    closes: [],
    seats: [],
    sessions: new Map(),
    rows: [],
    parked: [],
    ending: undefined,
    losses,
  }
}

function addLine(room: RoomCase, line: Send | Close | Seat | RoomSight): void {
  switch (line.what) {
    case 'send':
      return void messageOf(room, line.by, line.id).sends.push(line)
    case 'close':
      return void room.closes.push(line)
    case 'join':
    case 'leave':
    case 'kick':
      return void room.seats.push(line)
    default: {
      const session = room.sessions.get(line.session)
      if (session === undefined) room.sessions.set(line.session, [line])
      else session.push(line)
    }
  }
}

function addRow(room: RoomCase | undefined, row: KeptRow): void {
  if (room === undefined) return
  if (row.isParked) room.parked.push(row)
  else room.rows.push(row)
  if (row.from === null) return
  const message = messageOf(room, row.from, row.id)
  if (row.isParked) message.parked.push(row)
  else message.rows.push(row)
}

function messageOf(room: RoomCase, by: string, id: string): Message {
  const name = `${by} ${id}`
  const known = room.messages.get(name)
  if (known !== undefined) return known
  const message = { by, id, sends: [], rows: [], parked: [] }
  room.messages.set(name, message)
  return message
}

/** Attempts that were answered with a place. */
export function acksOf(message: Message): (Send & Place)[] {
  return message.sends.filter(
    (send): send is Send & Place => send.outcome === 'ok' && send.epoch !== undefined && send.seq !== undefined,
  )
}

export function isAcked(message: Message): boolean {
  return message.sends.some((send) => send.outcome === 'ok')
}

/** Definitely not kept, whatever attempt one looks at. */
export function isFailed(message: Message): boolean {
  return message.sends.length > 0 && message.sends.every((send) => send.outcome === 'fail')
}

export function isSame(one: Place, other: Place): boolean {
  return one.epoch === other.epoch && one.seq === other.seq
}

export function formatPlace({ epoch, seq }: Place): string {
  return `${epoch}:${seq}`
}

const finalStates: ReadonlySet<string> = new Set(['sealed', 'suspect', 'quarantined'])

export function isFinal(ending: Ending | undefined): boolean {
  return ending !== undefined && finalStates.has(ending.state)
}
