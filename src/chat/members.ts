import { systemSender } from '../ledger/index.ts'
import type { Ledger, Place } from '../ledger/index.ts'
import { Problem } from '../platform/errors.ts'
import type { Viewer } from '../platform/http/viewer.ts'
import type { AccountId, RoomId } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'
import { inTransaction } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import { can } from './access.ts'
import { cancelJoined, insertJoined, markAnnounced, markGone, memberOf, pendingMembers } from './member-store.ts'
import type { Member } from './member-store.ts'
import { memberPayload } from './message.ts'
import type { Person } from './message.ts'
import type { ReadProfiles } from './names.ts'
import { moveMarkers } from './read-marker-store.ts'
import { freeSeat, lockRoom, moveMembersVersion, takeSeat } from './store.ts'
import type { Room } from './store.ts'

export interface MemberParts {
  sql: Sql
  ledger: Pick<Ledger, 'append' | 'create'>
  profiles: ReadProfiles
  log: Log
}

/**
 * Taking and leaving seats. Each change is one transaction that gives it a version, then an entry of the room that carries it
 * to Redis; `announced` says that the entry is there. Who was put out may come in again while a seat is free.
 */

/** Takes a seat; repeating it changes nothing. Errors: `not_found`, `room_closed`, `room_full`, `unavailable`. */
export async function join(parts: MemberParts, viewer: Viewer, room: RoomId): Promise<Member | undefined> {
  await announced(parts, room, viewer.account)
  const outcome = await inTransaction(parts.sql, async (trx) => takeOneSeat(trx, await lockedRoom(trx, room), viewer))
  if (outcome === 'lobby') return undefined
  await announced(parts, room, viewer.account)
  return memberOf(parts.sql, room, viewer.account)
}

async function takeOneSeat(trx: Sql, room: Room, viewer: Viewer): Promise<'in' | 'lobby'> {
  if (room.kind === 'lobby') return 'lobby'
  const member = await memberOf(trx, room.id, viewer.account)
  if (member?.standing === 'in') return 'in'
  if (room.state !== 'open') throw new Problem('room_closed')
  requireSettled(member)
  if (room.mentor !== viewer.account && !(await takeSeat(trx, room.id))) throw new Problem('room_full')
  const version = room.membersVersion + 1
  await moveMembersVersion(trx, room.id, version)
  await insertJoined(trx, { room: room.id, account: viewer.account, version })
  return 'in'
}

/** Frees the seat; repeating it changes nothing. Errors: `not_found`, `conflict` (the lobby, and the mentor's own room). */
export async function leave(parts: MemberParts, viewer: Viewer, room: RoomId): Promise<void> {
  await giveUpSeat(parts, room, { account: viewer.account, standing: 'left', by: viewer.account })
}

/** Takes a member's seat away. Errors: `not_found`, `forbidden`, `conflict` (the mentor, and everybody in the lobby). */
export async function kick(parts: MemberParts, viewer: Viewer, room: RoomId, account: AccountId): Promise<void> {
  await giveUpSeat(parts, room, { account, standing: 'kicked', by: viewer.account }, (locked) => {
    if (!can(viewer, 'moderate', locked)) throw new Problem('forbidden')
  })
}

interface GivingUp {
  account: AccountId
  standing: 'left' | 'kicked'
  by: AccountId
}

async function giveUpSeat(
  parts: MemberParts,
  room: RoomId,
  change: GivingUp,
  requireAllowed: (room: Room) => void = () => undefined,
): Promise<void> {
  await announced(parts, room, change.account)
  await inTransaction(parts.sql, async (trx) => {
    const locked = await lockedRoom(trx, room)
    if (locked.kind === 'lobby') throw new Problem('conflict', { detail: 'Nobody has a seat in the lobby' })
    requireAllowed(locked)
    if (locked.mentor === change.account) {
      throw new Problem('conflict', { detail: 'The mentor stays until the room is closed' })
    }
    const member = await memberOf(trx, room, change.account)
    if (member?.standing !== 'in') return
    requireSettled(member)
    const version = locked.membersVersion + 1
    await moveMembersVersion(trx, room, version)
    await freeSeat(trx, room)
    await markGone(trx, { room, version, ...change })
  })
  await announced(parts, room, change.account)
}

async function lockedRoom(trx: Sql, room: RoomId): Promise<Room> {
  const locked = await lockRoom(trx, room)
  if (locked === undefined) throw new Problem('not_found')
  return locked
}

/** A change that no entry tells of yet must not be covered by the next one: two requests of one person at once. */
function requireSettled(member: Member | undefined): void {
  if (member !== undefined && !member.isAnnounced) throw new Problem('unavailable', { retryAfter: 1 })
}

async function announced(parts: MemberParts, room: RoomId, account: AccountId): Promise<void> {
  switch (await announce(parts, room, account)) {
    case 'done':
      return
    case 'closed':
      throw new Problem('room_closed')
    case 'pending':
      throw new Problem('unavailable', { retryAfter: 1 })
  }
}

/** Makes the last change of a member an entry of the room, unless it is one. */
export async function announce(
  parts: MemberParts,
  room: RoomId,
  account: AccountId,
): Promise<'done' | 'closed' | 'pending'> {
  const member = await memberOf(parts.sql, room, account)
  return member === undefined || member.isAnnounced ? 'done' : announceChange(parts, member)
}

/** For a sweeper: announces what a process that died, or a Redis that was away, left behind. Answers how many it found. */
export async function announcePending(
  parts: MemberParts,
  pending: { ageSeconds: number; limit: number } = { ageSeconds: 5, limit: 200 },
): Promise<number> {
  const members = await pendingMembers(parts.sql, pending)
  for (const member of members) await announceChange(parts, member)
  return members.length
}

async function announceChange(parts: MemberParts, member: Member): Promise<'done' | 'closed' | 'pending'> {
  const outcome = await parts.ledger.append(member.room, {
    sender: systemSender,
    ...(await entryOf(parts, member)),
    membership: { account: member.account, version: member.version, isIn: isIn(member) },
  })
  switch (outcome.type) {
    case 'kept':
      await markAnnounced(parts.sql, member)
      if (isIn(member)) await readFromHere(parts.sql, member, outcome.place)
      return 'done'
    case 'closed':
      return cameTooLate(parts, member)
    case 'full':
    case 'unknown':
    case 'forbidden':
    case 'bad_id':
      parts.log.warn({ room: member.room, outcome: outcome.type }, 'a change of members waits for the sweeper')
      return 'pending'
    default:
      return outcome satisfies never
  }
}

/** What was said before somebody came in is history to them, and not unread. */
async function readFromHere(sql: Sql, member: Member, place: Place): Promise<void> {
  await moveMarkers(sql, [{ account: member.account, room: member.room, place }])
}

/** The room was closed in between: nobody will hear of the change. A seat that was taken is given back. */
async function cameTooLate(parts: MemberParts, member: Member): Promise<'done' | 'closed'> {
  if (!isIn(member)) {
    await markAnnounced(parts.sql, member)
    return 'done'
  }
  await inTransaction(parts.sql, async (trx) => {
    const room = await lockedRoom(trx, member.room)
    if ((await cancelJoined(trx, member)) && room.mentor !== member.account) await freeSeat(trx, member.room)
  })
  return 'closed'
}

const kinds = { in: 'join', stayed: 'join', left: 'leave', kicked: 'kick' } as const

async function entryOf(parts: MemberParts, member: Member): Promise<{ id: string; kind: string; payload: Buffer }> {
  const kind = kinds[member.standing]
  const profiles = await parts.profiles([member.account, member.changedBy])
  const person = (account: AccountId): Person => ({
    id: String(account),
    username: profiles.get(account)?.username ?? '',
  })
  const who = person(member.account)
  return {
    kind,
    id: `!${kind}:${member.account}:${member.version}`,
    payload: memberPayload(kind === 'kick' ? { who, by: person(member.changedBy) } : { who }),
  }
}

function isIn(member: Member): boolean {
  return member.standing === 'in' || member.standing === 'stayed'
}
