import { z } from 'zod'
import { personView, presentPersonAmong } from '../accounts/index.ts'
import type { Profile } from '../accounts/index.ts'
import { formatPlace, systemSender } from '../ledger/index.ts'
import type { ClosingView, Place } from '../ledger/index.ts'
import { pictureView } from '../media/index.ts'
import type { PictureView } from '../media/index.ts'
import type { AccountId, MediaId } from '../platform/ids.ts'
import type { Folded } from './fold.ts'
import type { Invitation } from './invitation-store.ts'
import type { Member } from './member-store.ts'
import { readText } from './message.ts'
import { shownIn } from './pictures.ts'
import { mostUnread } from './unread.ts'
import type { Room } from './store.ts'

/** What leaves through the routes of rooms. */

const instant = z.iso.datetime({ precision: 3 })
const placeText = z.string().regex(/^\d+:\d+$/)

export const shownPicture = z.strictObject({ ...pictureView.shape, alt: z.string() })

export const roomView = z.strictObject({
  id: z.string(),
  kind: z.enum(['lobby', 'hosted']),
  name: z.string(),
  topic: z.string(),
  mentor: personView.nullable().describe('Null in the lobby'),
  seats: z.int().nullable().describe('For people beside the mentor; null: room for all'),
  seatsTaken: z.int(),
  people: z.int().describe('Connected now'),
  entry: z.enum(['open', 'invited']).describe('Who may take a seat'),
  speak: z.enum(['members', 'mentors']).describe('Everybody with a seat; or mentor, admins and who was given the word'),
  slowModeSeconds: z.int().describe('Between two messages of one person; 0: as they like'),
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
    standing: z.enum(['none', 'in', 'left', 'kicked', 'stayed', 'banned']),
    mayRead: z.boolean(),
    hasWord: z.boolean().describe('May speak where only mentors may'),
  }),
})

export const memberView = z.strictObject({
  ...personView.shape,
  isMentor: z.boolean(),
  hasWord: z.boolean(),
  joinedAt: instant,
})

export const banView = z.strictObject({ ...personView.shape, by: personView, bannedAt: instant })
export const invitationView = z.strictObject({ ...personView.shape, by: personView, invitedAt: instant })

export const messageView = z.strictObject({
  epoch: z.int(),
  seq: z.int(),
  at: instant,
  id: z.string(),
  kind: z.string(),
  from: z.string().nullable().describe('Username; null when the room itself speaks'),
  content: z.record(z.string(), z.unknown()).nullable().describe('After the last edit; null once deleted'),
  editedAt: instant.optional(),
  pictures: z.array(shownPicture).describe('Those of `content.media` that are there'),
  reactions: z.array(
    z.strictObject({
      emoji: z.string(),
      count: z.int(),
      mine: z.boolean(),
      people: z.array(z.string()).describe('Usernames of the first 20'),
    }),
  ),
})

export const messagePageView = z.strictObject({
  items: z.array(messageView).describe('Oldest first'),
  page: z
    .strictObject({ before: placeText.optional(), after: placeText.optional() })
    .describe('What to ask for next in the same direction; empty at the end'),
  people: z.array(personView).describe('Those whom the items name and who are still there, each once'),
  head: z.strictObject({ epoch: z.int(), seq: z.int(), stored: z.int(), state: z.enum(['open', 'closed']) }),
})

/** What was sent is kept. */
export const ackView = z.strictObject({
  room: z.string(),
  id: z.string(),
  epoch: z.int(),
  seq: z.int(),
  at: instant,
  duplicate: z.boolean(),
  kept: z.enum(['buffered', 'stored']),
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

/** For admins, who look at many of them. */
export const namedClosingView = z.strictObject({
  ...closingView.shape,
  name: z.string().describe('Of the room'),
  acceptedAt: instant.optional().describe('Of a quarantined one: since when somebody lets it be'),
})

/** Written once in the OpenAPI document, under these names. */
z.globalRegistry.add(roomView, { id: 'Room' })
z.globalRegistry.add(myRoomView, { id: 'MyRoom' })
z.globalRegistry.add(oneRoomView, { id: 'RoomAndMe' })
z.globalRegistry.add(memberView, { id: 'Member' })
z.globalRegistry.add(banView, { id: 'Ban' })
z.globalRegistry.add(invitationView, { id: 'Invitation' })
z.globalRegistry.add(shownPicture, { id: 'ShownPicture' })
z.globalRegistry.add(messageView, { id: 'Message' })
z.globalRegistry.add(messagePageView, { id: 'MessagePage' })
z.globalRegistry.add(ackView, { id: 'Ack' })
z.globalRegistry.add(closingView, { id: 'Closing' })
z.globalRegistry.add(namedClosingView, { id: 'NamedClosing' })

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
    entry: room.entry,
    speak: room.speak,
    slowModeSeconds: room.slowModeSeconds,
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
    hasWord: member.hasWord,
    joinedAt: member.joinedAt.toISOString(),
  }
}

type Profiles = ReadonlyMap<AccountId, Profile>

export function presentBan(member: Member, profiles: Profiles): z.input<typeof banView> {
  const by = presentPersonAmong(profiles, member.changedBy)
  return { ...presentPersonAmong(profiles, member.account), by, bannedAt: member.changedAt.toISOString() }
}

export function presentInvitation(invitation: Invitation, profiles: Profiles): z.input<typeof invitationView> {
  const by = presentPersonAmong(profiles, invitation.invitedBy)
  return { ...presentPersonAmong(profiles, invitation.account), by, invitedAt: invitation.invitedAt.toISOString() }
}

export interface MessagesAround {
  profiles: ReadonlyMap<AccountId, Profile>
  pictures: ReadonlyMap<MediaId, PictureView>
}

export function presentMessage(folded: Folded, { profiles, pictures }: MessagesAround): z.input<typeof messageView> {
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
    pictures: content === null ? [] : shownIn(readText(entry)?.media ?? [], pictures),
    reactions: reactions.map((reaction) => ({
      ...reaction,
      people: reaction.people.map((account) => profiles.get(account)?.username ?? ''),
    })),
  }
}

export function presentNamedClosing(closing: ClosingView, name: string): z.input<typeof namedClosingView> {
  const { acceptance } = closing
  return {
    ...presentClosing(closing, { isForAdmin: true }),
    name,
    ...(acceptance === undefined ? {} : { acceptedAt: acceptance.at.toISOString() }),
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
