import type { Tell, TellingTransaction } from '../live/index.ts'
import { Problem } from '../platform/errors.ts'
import type { Viewer } from '../platform/http/viewer.ts'
import type { AccountId, RoomId } from '../platform/ids.ts'
import { inTransaction } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import { mayEnter, requireOrderKept, requireVisible } from './access.ts'
import type { AccessParts, Moderator } from './access.ts'
import { isInvited } from './invitation-store.ts'
import { announced } from './member-entries.ts'
import type { MemberParts } from './member-entries.ts'
import { insertJoined, markBanned, markGone, markUnbanned, markWord, memberOf } from './member-store.ts'
import type { Member, MemberMove } from './member-store.ts'
import type { Presence } from './presence.ts'
import { tellHiddenFrom, tellOpened } from './room-events.ts'
import { freeSeat, lockRoom, moveMembersVersion, takeSeat } from './store.ts'
import type { Room } from './store.ts'
import { markCountsDue } from './telling-store.ts'

/**
 * Taking and leaving seats, being put out, banned, given the word. Each change is one transaction that gives it a version, then an
 * entry of the room (see member-entries.ts). Who was put out may come in again while a seat is free; who is banned may not.
 */

export type SeatParts = MemberParts & AccessParts & { transaction: TellingTransaction }

/** Takes a seat; repeating it changes nothing. Errors: `not_found`, `forbidden` (banned), `room_closed`, `room_full`, `unavailable`. */
export async function join(parts: SeatParts, viewer: Viewer, room: RoomId): Promise<Member | undefined> {
  await requireVisible(parts, viewer, room)
  await announced(parts, room, viewer.account)
  const outcome = await inTransaction(parts.sql, async (trx) => {
    const locked = await lockedRoom(trx, room)
    return takeOneSeat(trx, locked, viewer)
  })
  if (outcome === 'lobby') return undefined
  await announced(parts, room, viewer.account)
  return memberOf(parts.sql, room, viewer.account)
}

async function takeOneSeat(trx: Sql, room: Room, viewer: Viewer): Promise<'in' | 'lobby'> {
  const member = await memberOf(trx, room.id, viewer.account)
  if (member?.standing === 'banned') throw new Problem('forbidden', { detail: 'Banned from this room' })
  if (room.kind === 'lobby') return 'lobby'
  if (member?.standing === 'in') return 'in'
  if (room.state !== 'open') throw new Problem('room_closed')
  // Under the lock: the room may have been made one by invitation a moment ago.
  if (!(await mayEnter(trx, viewer, room))) throw new Problem('not_found')
  requireSettled(member)
  if (room.mentor !== viewer.account && !(await takeSeat(trx, room.id))) throw new Problem('room_full')
  await markCountsDue(trx, room.id)
  const version = await nextVersion(trx, room)
  await insertJoined(trx, { room: room.id, account: viewer.account, version })
  return 'in'
}

/** Frees the seat; repeating it changes nothing. Errors: `not_found`, `conflict` (the lobby, and the mentor's own room). */
export async function leave(parts: SeatParts, viewer: Viewer, room: RoomId): Promise<void> {
  await requireVisible(parts, viewer, room)
  await giveUpSeat(parts, room, { account: viewer.account, standing: 'left', by: viewer.account })
}

/** Takes a member's seat away. Errors: `not_found`, `forbidden`, `conflict` (the mentor, and everybody in the lobby). */
export async function kick(parts: SeatParts, by: Moderator, room: RoomId, account: AccountId): Promise<void> {
  await requireOrderKept(parts, by.viewer, room)
  const onGone = (trx: Sql): Promise<void> => by.record(trx, { action: 'member.kicked', room, account })
  await giveUpSeat(parts, room, { account, standing: 'kicked', by: by.viewer.account }, onGone)
}

interface GivingUp {
  account: AccountId
  standing: 'left' | 'kicked'
  by: AccountId
}

async function giveUpSeat(
  parts: SeatParts,
  room: RoomId,
  change: GivingUp,
  onGone: (trx: Sql) => Promise<void> = async () => undefined,
): Promise<void> {
  await changeMember(parts, room, change.account, async (trx, locked, member, tell) => {
    if (locked.kind === 'lobby') throw new Problem('conflict', { detail: 'Nobody has a seat in the lobby' })
    requireNotMentor(locked, change.account)
    if (member?.standing !== 'in') return
    requireSettled(member)
    await freeSeat(trx, room)
    await markCountsDue(trx, room)
    await markGone(trx, { room, version: await nextVersion(trx, locked), ...change })
    if (!(await isInvited(trx, room, change.account))) tellHiddenFrom(tell, locked, change.account)
    await onGone(trx)
  })
}

/**
 * Takes the seat, if there is one, and keeps the person from coming in, reading on and speaking; in the lobby an admin does that.
 * A room by invitation is not there for them any more. Repeating it changes nothing. Errors: `not_found`, `forbidden`, `conflict` (the mentor), `room_closed`, `unavailable`.
 */
export async function ban(parts: SeatParts, by: Moderator, room: RoomId, account: AccountId): Promise<void> {
  await moderate(parts, by.viewer, { room, account }, async (trx, locked, member, tell) => {
    requireNotMentor(locked, account)
    if (member?.standing === 'banned') return
    requireSettled(member)
    if (member?.standing === 'in') await freeSeat(trx, room)
    await markCountsDue(trx, room)
    await markBanned(trx, await moveOf(trx, locked, account, by.viewer))
    if (member?.standing === 'in' || (await isInvited(trx, room, account))) tellHiddenFrom(tell, locked, account)
    await by.record(trx, { action: 'member.banned', room, account })
  })
}

/** Gives the right to come in back, not the seat; who is asked in is told of the room again. Repeating it changes nothing. Errors: those of `ban`. */
export async function unban(
  parts: SeatParts & { presence: Pick<Presence, 'count'> },
  by: Moderator,
  room: RoomId,
  account: AccountId,
): Promise<void> {
  const { mentor: mentorId } = await requireOrderKept(parts, by.viewer, room)
  const mentor = mentorId === undefined ? undefined : (await parts.profiles([mentorId])).get(mentorId)
  const people = await parts.presence.count(room)
  await moderate(parts, by.viewer, { room, account }, async (trx, locked, member, tell) => {
    if (member?.standing !== 'banned') return
    requireSettled(member)
    await markUnbanned(trx, await moveOf(trx, locked, account, by.viewer))
    if (locked.entry === 'invited' && (await isInvited(trx, room, account))) {
      tellOpened(tell, locked, { mentor, people, audience: account })
    }
    await by.record(trx, { action: 'member.unbanned', room, account })
  })
}

/** Lets a member speak where only mentors may, or no longer. Errors: those of `ban`, and `not_member`. */
export async function giveWord(
  parts: SeatParts,
  viewer: Viewer,
  to: { room: RoomId; account: AccountId; hasWord: boolean },
): Promise<void> {
  await moderate(parts, viewer, to, async (trx, locked, member) => {
    if (locked.kind === 'lobby') throw new Problem('conflict', { detail: 'Everybody may speak in the lobby' })
    if (member?.standing !== 'in') throw new Problem('conflict', { detail: 'This person has no seat here' })
    if (member.hasWord === to.hasWord) return
    requireSettled(member)
    await markWord(trx, await moveOf(trx, locked, to.account, viewer), to.hasWord)
  })
}

type Change = (trx: Sql, room: Room, member: Member | undefined, tell: Tell) => Promise<void>

async function moderate(
  parts: SeatParts,
  viewer: Viewer,
  what: { room: RoomId; account: AccountId },
  change: Change,
): Promise<void> {
  await requireOrderKept(parts, viewer, what.room)
  await changeMember(parts, what.room, what.account, async (trx, locked, member, tell) => {
    if (locked.state !== 'open') throw new Problem('room_closed')
    await change(trx, locked, member, tell)
  })
}

/** One change under the lock of the room, after the one before has been told, and told itself. */
async function changeMember(parts: SeatParts, room: RoomId, account: AccountId, change: Change): Promise<void> {
  await announced(parts, room, account)
  await parts.transaction(async (trx, tell) => {
    const locked = await lockedRoom(trx, room)
    await change(trx, locked, await memberOf(trx, room, account), tell)
  })
  await announced(parts, room, account)
}

async function lockedRoom(trx: Sql, room: RoomId): Promise<Room> {
  const locked = await lockRoom(trx, room)
  if (locked === undefined) throw new Problem('not_found')
  return locked
}

async function moveOf(trx: Sql, room: Room, account: AccountId, viewer: Viewer): Promise<MemberMove> {
  return { room: room.id, account, version: await nextVersion(trx, room), by: viewer.account }
}

async function nextVersion(trx: Sql, room: Room): Promise<number> {
  const version = room.membersVersion + 1
  await moveMembersVersion(trx, room.id, version)
  return version
}

function requireNotMentor(room: Room, account: AccountId): void {
  if (room.mentor === account) throw new Problem('conflict', { detail: 'The mentor stays until the room is closed' })
}

/** A change that no entry tells of yet must not be covered by the next one: two requests of one person at once. */
function requireSettled(member: Member | undefined): void {
  if (member !== undefined && !member.isAnnounced) throw new Problem('unavailable', { retryAfter: 1 })
}
