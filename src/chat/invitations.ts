import type { Tell, TellingTransaction } from '../live/index.ts'
import type { Notifications } from '../notifications/index.ts'
import { Problem } from '../platform/errors.ts'
import type { Viewer } from '../platform/http/viewer.ts'
import type { AccountId, RoomId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import { can, moderatedRoom, requireVisible } from './access.ts'
import type { AccessParts } from './access.ts'
import { askedIn, countInvitations, deleteInvitation, insertInvitation } from './invitation-store.ts'
import { memberOf, membersIn } from './member-store.ts'
import type { ReadProfiles } from './names.ts'
import type { Presence } from './presence.ts'
import { tellHiddenFrom, tellOpened, tellSettingsTo } from './room-events.ts'
import { lockRoom } from './store.ts'
import type { Room } from './store.ts'

export interface InvitationParts extends AccessParts {
  transaction: TellingTransaction
  notify: Notifications['notify']
  profiles: ReadProfiles
  presence: Pick<Presence, 'count'>
  invitationsPerRoom: number
}

export interface UninvitationParts extends AccessParts {
  transaction: TellingTransaction
  withdraw: Notifications['withdraw']
}

/**
 * Asks somebody in, who learns of it once; repeating it changes nothing. True if they were not asked before. Errors: `not_found`
 * (also for somebody with whom there is a block), `forbidden`, `conflict` (the mentor, who is banned, too many), `room_closed`.
 */
export async function invite(parts: InvitationParts, viewer: Viewer, id: RoomId, account: AccountId): Promise<boolean> {
  const seen = await moderatedRoom(parts, viewer, id)
  await requireNoBlock(parts, account, [viewer.account, seen.mentor])
  const profiles = await parts.profiles(seen.mentor === undefined ? [] : [seen.mentor])
  const people = await parts.presence.count(id)
  return parts.transaction(async (trx, tell) => {
    const room = await lockRoom(trx, id)
    if (room === undefined) throw new Problem('not_found')
    await requireInvitable(trx, room, account)
    if (!(await insertInvitation(trx, { room: id, account, by: viewer.account }))) return false
    if ((await countInvitations(trx, id)) > parts.invitationsPerRoom) {
      throw new Problem('conflict', { detail: `At most ${parts.invitationsPerRoom} invitations to one room` })
    }
    const mentor = room.mentor === undefined ? undefined : profiles.get(room.mentor)
    if (room.entry === 'invited') tellOpened(tell, room, { mentor, people, audience: account })
    await parts.notify(trx, tell, [
      { type: 'invitation', to: account, from: viewer.account, room: id, name: room.name },
    ])
    return true
  })
}

/** Whom the stream tells of a room by invitation: those who are asked in and not banned, and those who have a seat. */
export async function guestsAndMembers(
  trx: Sql,
  room: Pick<Room, 'id' | 'entry'>,
): Promise<{ guests: AccountId[]; members: AccountId[] }> {
  if (room.entry === 'open') return { guests: [], members: [] }
  return { guests: await askedIn(trx, room.id), members: await membersIn(trx, room.id) }
}

/** The same, each once. */
export async function toldOfRoom(trx: Sql, room: Pick<Room, 'id' | 'entry'>): Promise<AccountId[]> {
  const { guests, members } = await guestsAndMembers(trx, room)
  return [...new Set([...guests, ...members])]
}

async function requireInvitable(trx: Sql, room: Room, account: AccountId): Promise<void> {
  if (room.state !== 'open') throw new Problem('room_closed')
  if (room.mentor === account) throw new Problem('conflict', { detail: 'The mentor is in the room' })
  const member = await memberOf(trx, room.id, account)
  if (member?.standing === 'banned')
    throw new Problem('conflict', { detail: 'This person is banned: lift the ban first' })
}

/** To each other, people with a block are not there. */
async function requireNoBlock(
  parts: AccessParts,
  account: AccountId,
  others: readonly (AccountId | undefined)[],
): Promise<void> {
  const { blocked } = await parts.relationsOf(account)
  if (others.some((other) => other !== undefined && blocked.has(other))) throw new Problem('not_found')
}

/**
 * Takes an invitation back, or declines one's own, and its notification with it. A seat that was taken stays. Errors: `not_found`,
 * `forbidden`.
 */
export async function uninvite(
  parts: UninvitationParts,
  viewer: Viewer,
  id: RoomId,
  account: AccountId,
): Promise<void> {
  const seen = await requireVisible(parts, viewer, id)
  if (viewer.account !== account && !can(viewer, 'moderate', seen.room)) throw new Problem('forbidden')
  await parts.transaction(async (trx, tell) => {
    const room = await lockRoom(trx, id)
    if (room === undefined || !(await deleteInvitation(trx, id, account))) return
    if (room.state === 'open') await tellUninvited(trx, tell, room, account)
    await parts.withdraw(trx, tell, { type: 'invitation', to: account, room: id })
  })
}

/** What hides a room ends the settings that a person was told: who keeps a seat is told them anew, also for who comes back later. */
async function tellUninvited(trx: Sql, tell: Tell, room: Room, account: AccountId): Promise<void> {
  if (room.entry === 'open') return
  tellHiddenFrom(tell, room, account)
  if ((await memberOf(trx, room.id, account))?.standing === 'in') tellSettingsTo(tell, room, account)
}
