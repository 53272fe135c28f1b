import { z } from 'zod'
import { personView, presentPersonAmong } from '../accounts/index.ts'
import type { Profile } from '../accounts/index.ts'
import { formatPlace, systemSender } from '../ledger/index.ts'
import type { ClosingView, Place } from '../ledger/index.ts'
import type { AccountId } from '../platform/ids.ts'
import type { Folded } from './fold.ts'
import type { Member } from './member-store.ts'
import { mostUnread } from './unread.ts'
import type { Room } from './store.ts'

/** What leaves through the routes of rooms. */

const instant = z.iso.datetime({ precision: 3 })
const placeText = z.string().regex(/^\d+:\d+$/)

export const roomView = z.strictObject({
  id: z.string(),
  kind: z.enum(['lobby', 'hosted']),
  name: z.string(),
  topic: z.string(),
  mentor: personView.nullable().describe('Null in the lobby'),
  seats: z.int().nullable().describe('For people beside the mentor; null: room for all'),
  seatsTaken: z.int(),
  people: z.int().describe('Connected now'),
  state: z.enum(['open', 'closing', 'closed']),
  openedAt: instant,
  closedAt: instant.optional(),
})

const reading = {
  unread: z.int().max(mostUnread).describe(`Messages by others after what I have read, counted up to ${mostUnread}`),
  readUpTo: placeText.nullable(),
}

export const myRoomView = z.strictObject({ ...roomView.shape, ...reading })

export const oneRoomView = z.strictObject({
  ...roomView.shape,
  me: z.strictObject({
    ...reading,
    standing: z.enum(['none', 'in', 'left', 'kicked', 'stayed']),
    mayRead: z.boolean(),
  }),
})

export const memberView = z.strictObject({ ...personView.shape, isMentor: z.boolean(), joinedAt: instant })

export const messageView = z.strictObject({
  epoch: z.int(),
  seq: z.int(),
  at: instant,
  id: z.string(),
  kind: z.string(),
  from: z.string().nullable().describe('Username; null when the room itself speaks'),
  content: z.record(z.string(), z.unknown()).nullable().describe('After the last edit; null once deleted'),
  editedAt: instant.optional(),
  reactions: z.array(z.strictObject({ emoji: z.string(), count: z.int(), mine: z.boolean() })),
})

export const closingView = z.strictObject({
  room: z.string(),
  state: z.enum(['requested', 'fenced', 'draining', 'verifying', 'sealed', 'suspect', 'quarantined']),
  epoch: z.int().optional(),
  lastSeq: z.int().optional(),
  stored: z.int().describe('Up to where the room is in MySQL'),
  parked: z.int(),
  attempts: z.int(),
  lastError: z.string().optional(),
  requestedAt: instant,
  fencedAt: instant.optional(),
  sealedAt: instant.optional(),
  receipt: z.string().describe('Where the receipt is, or will be'),
})

export interface RoomAround {
  profiles: ReadonlyMap<AccountId, Profile>
  people: number | undefined
}

export function presentRoom(room: Room, around: RoomAround): z.input<typeof roomView> {
  return {
    id: String(room.id),
    kind: room.kind,
    name: room.name,
    topic: room.topic,
    mentor: room.mentor === undefined ? null : presentPersonAmong(around.profiles, room.mentor),
    seats: room.seats ?? null,
    seatsTaken: room.seatsTaken,
    people: around.people ?? 0,
    state: room.state,
    openedAt: room.openedAt.toISOString(),
    ...(room.closedAt === undefined ? {} : { closedAt: room.closedAt.toISOString() }),
  }
}

export function presentReading(unread: number, readUpTo: Place | undefined) {
  return { unread, readUpTo: readUpTo === undefined ? null : formatPlace(readUpTo) }
}

export function presentMember(
  member: Member,
  room: Room,
  profiles: ReadonlyMap<AccountId, Profile>,
): z.input<typeof memberView> {
  return {
    ...presentPersonAmong(profiles, member.account),
    isMentor: member.account === room.mentor,
    joinedAt: member.joinedAt.toISOString(),
  }
}

export function presentMessage(folded: Folded, profiles: ReadonlyMap<AccountId, Profile>): z.input<typeof messageView> {
  const { entry, content, editedAt, reactions } = folded
  return {
    epoch: entry.epoch,
    seq: entry.seq,
    at: new Date(entry.at).toISOString(),
    id: entry.id,
    kind: entry.kind,
    from: entry.sender === systemSender ? null : (profiles.get(entry.sender)?.username ?? null),
    content,
    ...(editedAt === undefined ? {} : { editedAt: new Date(editedAt).toISOString() }),
    reactions,
  }
}

/** The error of a failed attempt is for those who can do something about it. */
export function presentClosing(closing: ClosingView, options: { isForAdmin: boolean }): z.input<typeof closingView> {
  const { epoch, lastSeq, lastError, fencedAt, sealedAt } = closing
  return {
    room: String(closing.room),
    state: closing.state,
    ...(epoch === undefined ? {} : { epoch }),
    ...(lastSeq === undefined ? {} : { lastSeq }),
    stored: closing.storedSeq,
    parked: closing.parked,
    attempts: closing.attempts,
    ...(lastError === undefined || !options.isForAdmin ? {} : { lastError }),
    requestedAt: closing.requestedAt.toISOString(),
    ...(fencedAt === undefined ? {} : { fencedAt: fencedAt.toISOString() }),
    ...(sealedAt === undefined ? {} : { sealedAt: sealedAt.toISOString() }),
    receipt: `/v1/rooms/${closing.room}/receipt`,
  }
}
