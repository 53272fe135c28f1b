import { systemSender } from '../ledger/index.ts'
import type { AppendOutcome, Ledger, Place } from '../ledger/index.ts'
import { crashPoint } from '../platform/crash-point.ts'
import { Problem } from '../platform/errors.ts'
import type { AccountId, RoomId } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'
import { inTransaction } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import { cancelJoined, markAnnounced, memberOf, pendingMembers } from './member-store.ts'
import type { Member } from './member-store.ts'
import { memberPayload } from './message.ts'
import type { Person } from './message.ts'
import type { ReadProfiles } from './names.ts'
import { moveMarkers } from './read-marker-store.ts'
import { freeSeat, lockRoom, roomById } from './store.ts'

export interface MemberParts {
  sql: Sql
  ledger: Pick<Ledger, 'append' | 'create'>
  profiles: ReadProfiles
  log: Log
}

/**
 * How a change of a member becomes an entry of the room, which carries it to Redis, where every message is decided. `announced`
 * says that the entry is there. `late`: Redis has it and did not answer in time; whether it is there nobody knows yet.
 */
export type Announced = 'done' | 'closed' | 'late' | 'pending'

/** A disk under Redis that stands still takes a few seconds, and whoever asks for a seat waits for as long. */
const patienceMs = 4000

/** Errors: `room_closed`, `unavailable` (the sweeper will do it). */
export async function announced(parts: MemberParts, room: RoomId, account: AccountId): Promise<void> {
  requireAnnounced(await patiently(() => announce(parts, room, account)))
}

/** Says it again while it is late: under the same id it is one entry, however often it is said, and by whomever. */
export async function patiently(say: () => Promise<Announced>): Promise<Announced> {
  const until = performance.now() + patienceMs
  let outcome = await say()
  while (outcome === 'late' && performance.now() < until) outcome = await say()
  return outcome
}

/** What became of an entry of which this is not known to be there. */
export function lateOrPending(outcome: AppendOutcome): 'late' | 'pending' {
  return outcome.type === 'unknown' && outcome.reason === 'timeout' ? 'late' : 'pending'
}

export function requireAnnounced(outcome: Announced): void {
  switch (outcome) {
    case 'done':
      return
    case 'closed':
      throw new Problem('room_closed')
    case 'late':
    case 'pending':
      throw new Problem('unavailable', { retryAfter: 1 })
  }
}

/** Makes the last change of a member an entry of the room, unless it is one. */
export async function announce(parts: MemberParts, room: RoomId, account: AccountId): Promise<Announced> {
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

async function announceChange(parts: MemberParts, member: Member): Promise<Announced> {
  const { account, version, hasWord } = member
  crashPoint('seat: changed, not announced')
  const outcome = await parts.ledger.append(member.room, {
    sender: systemSender,
    ...(await entryOf(parts, member)),
    membership: { account, version, isIn: await maySpeakAfter(parts, member), hasWord },
  })
  switch (outcome.type) {
    case 'kept':
      crashPoint('seat: announced, marker not moved')
      if (member.change === 'join') await readFromHere(parts.sql, member, outcome.place)
      crashPoint('seat: marker moved, not noted')
      // Last: what is noted nobody looks at again.
      await markAnnounced(parts.sql, member)
      return 'done'
    case 'closed':
      return cameTooLate(parts, member)
    case 'full':
    case 'unknown':
    case 'forbidden':
    case 'muted':
    case 'early':
    case 'bad_id':
      parts.log.warn({ room: member.room, outcome: outcome.type }, 'a change of members waits for the sweeper')
      return lateOrPending(outcome)
    default:
      return outcome satisfies never
  }
}

/** Whom the lobby takes back is heard there again, without a seat. */
async function maySpeakAfter(parts: MemberParts, member: Member): Promise<boolean> {
  if (member.change === 'unban') return (await roomById(parts.sql, member.room))?.kind === 'lobby'
  return isIn(member)
}

/** What was said before somebody came in is history to them, and not unread. */
async function readFromHere(sql: Sql, member: Member, place: Place): Promise<void> {
  await moveMarkers(sql, [{ account: member.account, room: member.room, place }])
}

/** The room was closed in between: nobody will hear of the change. A seat that was taken is given back. */
async function cameTooLate(parts: MemberParts, member: Member): Promise<Announced> {
  if (member.change !== 'join') {
    await markAnnounced(parts.sql, member)
    return 'done'
  }
  await inTransaction(parts.sql, async (trx) => {
    const room = await lockRoom(trx, member.room)
    if ((await cancelJoined(trx, member)) && room?.mentor !== member.account) await freeSeat(trx, member.room)
  })
  return 'closed'
}

async function entryOf(parts: MemberParts, member: Member): Promise<{ id: string; kind: string; payload: Buffer }> {
  const profiles = await parts.profiles([member.account, member.changedBy])
  const person = (account: AccountId): Person => ({
    id: String(account),
    username: profiles.get(account)?.username ?? '',
  })
  const who = person(member.account)
  const isOwnDoing = member.change === 'join' || member.change === 'leave'
  return {
    kind: member.change,
    id: `!${member.change}:${member.account}:${member.version}`,
    payload: memberPayload(isOwnDoing ? { who } : { who, by: person(member.changedBy) }),
  }
}

function isIn(member: Member): boolean {
  return member.standing === 'in' || member.standing === 'stayed'
}
