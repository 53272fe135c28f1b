import type { PutOnRecord } from '../audit/index.ts'
import type { People } from '../people/index.ts'
import { Problem } from '../platform/errors.ts'
import { hasRole } from '../platform/http/viewer.ts'
import type { Viewer } from '../platform/http/viewer.ts'
import type { AccountId, RoomId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import { isInvited } from './invitation-store.ts'
import { memberOf } from './member-store.ts'
import type { Member, Standing } from './member-store.ts'
import { roomById } from './store.ts'
import type { Room, RoomKind } from './store.ts'

/** Who does something to other people in a room, and how that is put on record. */
export interface Moderator {
  viewer: Viewer
  record: PutOnRecord
}

/** What never changes about a room. */
export interface RoomFacts {
  id: RoomId
  kind: RoomKind
  mentor: AccountId | undefined
}

export interface AccessParts {
  sql: Sql
  relationsOf: People['relationsOf']
}

/** `read`: history, receipt, transcript, listening. `moderate`: put people out, set the rules, delete what others said, close. */
export type RoomAction = 'read' | 'moderate'

/** The one place that says who may do what in a room. What it does not name is denied. */
export function can(viewer: Viewer, action: RoomAction, room: RoomFacts, standing?: Standing): boolean {
  if (hasRole(viewer, 'admin') || room.mentor === viewer.account) return true
  switch (action) {
    case 'read':
      return room.kind === 'lobby' ? standing !== 'kicked' && standing !== 'banned' : isSeated(standing)
    case 'moderate':
      return false
    default:
      return action satisfies never
  }
}

function isSeated(standing: Standing | undefined): boolean {
  return standing === 'in' || standing === 'stayed'
}

export interface Seen {
  room: Room
  member: Member | undefined
}

/**
 * The room, if it is there for this viewer. A room by invitation is there for those who are asked in, have a seat, or keep order;
 * no room is there for those with whom its mentor has a block, unless they have a seat. Error: `not_found`.
 */
export async function requireVisible(parts: AccessParts, viewer: Viewer, id: RoomId): Promise<Seen> {
  const [room, member] = await Promise.all([roomById(parts.sql, id), memberOf(parts.sql, id, viewer.account)])
  if (room === undefined || !(await isVisible(parts, viewer, room, member))) throw new Problem('not_found')
  return { room, member }
}

async function isVisible(parts: AccessParts, viewer: Viewer, room: Room, member: Member | undefined): Promise<boolean> {
  if (room.mentor === undefined || can(viewer, 'moderate', room) || isSeated(member?.standing)) return true
  if (room.entry === 'invited' && member?.standing === 'banned') return false
  if (!(await mayEnter(parts.sql, viewer, room))) return false
  return !(await parts.relationsOf(viewer.account)).blocked.has(room.mentor)
}

/** Whether the door of the room is open to this viewer, as far as invitations go. */
export async function mayEnter(sql: Sql, viewer: Viewer, room: Room): Promise<boolean> {
  return room.entry === 'open' || can(viewer, 'moderate', room) || isInvited(sql, room.id, viewer.account)
}

/** The room, if this viewer may read it. Error: `not_found`, also for a room that one may not read. */
export async function readableRoom(sql: Sql, viewer: Viewer, id: RoomId): Promise<{ room: Room; member?: Member }> {
  const [room, member] = await Promise.all([roomById(sql, id), memberOf(sql, id, viewer.account)])
  if (room === undefined || !can(viewer, 'read', room, member?.standing)) throw new Problem('not_found')
  return member === undefined ? { room } : { room, member }
}

/** The hosted room, if this viewer keeps order in it. Errors: `not_found`, `forbidden`, `conflict` (the lobby is nobody's). */
export async function moderatedRoom(parts: AccessParts, viewer: Viewer, id: RoomId): Promise<Room> {
  const { room } = await requireVisible(parts, viewer, id)
  if (room.kind === 'lobby')
    throw new Problem('conflict', { detail: 'The lobby belongs to nobody and is never closed' })
  if (!can(viewer, 'moderate', room)) throw new Problem('forbidden')
  return room
}

/** The room, the lobby too, if this viewer keeps order in it. Errors: `not_found`, `forbidden`. */
export async function requireOrderKept(parts: AccessParts, viewer: Viewer, id: RoomId): Promise<Room> {
  const { room } = await requireVisible(parts, viewer, id)
  if (!can(viewer, 'moderate', room)) throw new Problem('forbidden')
  return room
}

const mostKept = 20_000

/** The facts of rooms that this server has met, so that a message needs no SQL. */
export class KnownRooms {
  readonly #sql: Sql
  readonly #known = new Map<RoomId, RoomFacts>()

  constructor(sql: Sql) {
    this.#sql = sql
  }

  known(room: RoomId): RoomFacts | undefined {
    return this.#known.get(room)
  }

  /** Error: `not_found`. */
  async of(id: RoomId): Promise<RoomFacts> {
    const known = this.#known.get(id)
    if (known !== undefined) return known
    const room = await roomById(this.#sql, id)
    if (room === undefined) throw new Problem('not_found')
    const facts = { id, kind: room.kind, mentor: room.mentor }
    const [oldest] = this.#known.keys()
    if (this.#known.size >= mostKept && oldest !== undefined) this.#known.delete(oldest)
    this.#known.set(id, facts)
    return facts
  }
}
