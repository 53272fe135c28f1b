import { systemSender } from '../ledger/index.ts'
import type { RuleChange } from '../ledger/index.ts'
import type { TellingTransaction } from '../live/index.ts'
import { crashPoint } from '../platform/crash-point.ts'
import { Problem } from '../platform/errors.ts'
import type { RoomId } from '../platform/ids.ts'
import { moderatedRoom } from './access.ts'
import type { AccessParts, Moderator } from './access.ts'
import { guestsAndMembers } from './invitations.ts'
import { lateOrPending, patiently, requireAnnounced } from './member-entries.ts'
import type { Announced, MemberParts } from './member-entries.ts'
import { settingsPayload, settingsShape } from './message.ts'
import type { Presence } from './presence.ts'
import { tellSettings } from './room-events.ts'
import { markSettingsAnnounced, pendingSettings, unannouncedSettings, updateSettings } from './settings-store.ts'
import type { SettingsChange } from './settings-store.ts'
import { lockRoom, roomById, settingsOf } from './store.ts'
import { beginTold } from './telling-store.ts'
import type { Room, RoomKind, RoomSettings, RoomSpeak } from './store.ts'

export type SettingsParts = MemberParts &
  AccessParts & { transaction: TellingTransaction; presence: Pick<Presence, 'count'> }

/**
 * What a mentor decides about a room. A change is one transaction that gives it a version, then an entry of the room that carries
 * the rules to Redis: from the acknowledgement on they hold for every message on every server.
 */

/** What is left out stays as it is. */
export type Wanted = { [Name in keyof RoomSettings]?: RoomSettings[Name] | undefined }

/** Errors: `not_found`, `forbidden`, `conflict` (the lobby, seats that are taken), `room_closed`, `unavailable`. */
export async function changeSettings(
  parts: SettingsParts,
  { viewer, record }: Moderator,
  id: RoomId,
  wanted: Wanted,
): Promise<Room> {
  const { mentor: mentorId } = await moderatedRoom(parts, viewer, id)
  // Before the transaction: whoever holds one connection must not wait for another.
  const mentor = mentorId === undefined ? undefined : (await parts.profiles([mentorId])).get(mentorId)
  requireAnnounced(await patiently(() => announceSettings(parts, id)))
  const people = await parts.presence.count(id)
  await parts.transaction(async (trx, tell) => {
    const room = await lockRoom(trx, id)
    if (room === undefined) throw new Problem('not_found')
    const changed = differences(settingsOf(room), wanted)
    if (Object.keys(changed).length === 0) return
    requireChangeable(room, changed)
    const settings = { ...settingsOf(room), ...changed }
    const version = room.settingsVersion + 1
    const change = { version, by: viewer.account, changed: JSON.stringify(changed) }
    await updateSettings(trx, id, { settings, change })
    if (room.entry === 'invited' && settings.entry === 'open') await beginTold(trx, id, room.seatsTaken)
    if (mentorId !== viewer.account) {
      await record(trx, { action: 'room.changed', room: id, facts: { settings: Object.keys(changed).join() } })
    }
    const whom = await guestsAndMembers(trx, { id, entry: settings.entry })
    tellSettings(tell, { room, settings, mentor, ...whom, people })
  })
  requireAnnounced(await patiently(() => announceSettings(parts, id)))
  const room = await roomById(parts.sql, id)
  if (room === undefined) throw new Problem('not_found')
  return room
}

function requireChangeable(room: Room, changed: Partial<RoomSettings>): void {
  if (room.state !== 'open') throw new Problem('room_closed')
  // The change before must not be covered by this one: two requests at once.
  if (!room.isSettingsAnnounced) throw new Problem('unavailable', { retryAfter: 1 })
  if (changed.seats !== undefined && changed.seats < room.seatsTaken) {
    throw new Problem('conflict', { detail: `${room.seatsTaken} seats are taken` })
  }
}

function differences(from: RoomSettings, wanted: Wanted): Partial<RoomSettings> {
  const names = Object.keys(from) as (keyof RoomSettings)[]
  return Object.fromEntries(
    names
      .filter((name) => wanted[name] !== undefined && wanted[name] !== from[name])
      .map((name) => [name, wanted[name]]),
  )
}

/** The rules as the ledger holds every message to them. */
export function rulesOf(room: {
  kind: RoomKind
  speak: RoomSpeak
  slowModeSeconds: number
  settingsVersion: number
}): RuleChange {
  const paceMs = 1000 * room.slowModeSeconds
  const version = room.settingsVersion
  if (room.kind === 'lobby') return { speak: 'all', paceMs, version }
  return { speak: room.speak === 'mentors' ? 'given' : 'members', paceMs, version }
}

async function announceSettings(parts: MemberParts, room: RoomId): Promise<Announced> {
  const change = await unannouncedSettings(parts.sql, room)
  return change === undefined ? 'done' : announceChange(parts, change)
}

/** For a sweeper: announces what a process that died, or a Redis that was away, left behind. Answers how many it found. */
export async function announcePendingSettings(
  parts: MemberParts,
  pending: { ageSeconds: number; limit: number } = { ageSeconds: 5, limit: 200 },
): Promise<number> {
  const changes = await pendingSettings(parts.sql, pending)
  for (const change of changes) await announceChange(parts, change)
  return changes.length
}

async function announceChange(parts: MemberParts, change: SettingsChange): Promise<Announced> {
  const room = await roomById(parts.sql, change.room)
  // A newer change is announced by whoever made it.
  if (room === undefined || room.settingsVersion !== change.version) return 'done'
  const profiles = await parts.profiles([change.by])
  const by = { id: String(change.by), username: profiles.get(change.by)?.username ?? '' }
  crashPoint('settings: changed, not announced')
  const outcome = await parts.ledger.append(change.room, {
    sender: systemSender,
    id: `!settings:${change.version}`,
    kind: 'settings',
    payload: settingsPayload({ by, changed: settingsShape.partial().parse(JSON.parse(change.changed)) }),
    rules: rulesOf(room),
  })
  if (outcome.type !== 'kept' && outcome.type !== 'closed') {
    parts.log.warn({ room: change.room, outcome: outcome.type }, 'a change of settings waits for the sweeper')
    return lateOrPending(outcome)
  }
  crashPoint('settings: announced, not noted')
  await markSettingsAnnounced(parts.sql, change)
  return outcome.type === 'kept' ? 'done' : 'closed'
}
