import { z } from 'zod'
import type { Profile } from '../accounts/index.ts'
import type { LiveEvent, ReadStatement, Tell } from '../live/index.ts'
import type { AccountId } from '../platform/ids.ts'
import type { Room, RoomSettings } from './store.ts'
import { presentRoom } from './views.ts'

/**
 * What the stream tells of rooms. It is told to everybody, so only of rooms that everybody may see: a room by invitation
 * opens for a person when they are asked in, and of it nothing else is told.
 */

const topic = 'rooms'

/** People who hide the mentor do not hear of the room. */
function actorOf(room: Pick<Room, 'mentor'>): Pick<LiveEvent, 'actor'> {
  return room.mentor === undefined ? {} : { actor: room.mentor }
}

export function tellOpened(
  tell: Tell,
  room: Room,
  to: { mentor: Profile | undefined; people: number; audience?: AccountId },
): void {
  if (room.entry === 'invited' && to.audience === undefined) return
  const profiles = new Map(to.mentor === undefined ? [] : [[to.mentor.id, to.mentor]])
  const data = presentRoom(room, { profiles, people: to.people })
  const audience = to.audience === undefined ? {} : { audience: to.audience }
  tell({ topic, type: 'room.opened', data, ...audience, ...actorOf(room) })
}

/** A room that is by invitation from now on is closed to the public, and the other way round opened. */
export function tellSettings(
  tell: Tell,
  change: { room: Room; settings: RoomSettings; mentor: Profile | undefined },
): void {
  const { room, settings, mentor } = change
  if (settings.entry === 'invited') return tellClosed(tell, room, 'hidden')
  if (room.entry === 'invited') return tellOpened(tell, { ...room, ...settings }, { mentor, people: 0 })
  tell({ topic, type: 'room.updated', data: { id: String(room.id), ...settings }, ...actorOf(room) })
}

/** Absolute counts, people connected and seats taken. */
export function tellCounts(tell: Tell, room: Room, counts: { people: number; seatsTaken: number }): void {
  if (room.entry === 'invited') return
  tell({ topic, type: 'room.updated', data: { id: String(room.id), ...counts }, ...actorOf(room) })
}

export function tellClosed(tell: Tell, room: Room, state: 'closing' | 'closed' | 'hidden'): void {
  if (room.entry === 'invited') return
  tell({ topic, type: 'room.closed', data: { id: String(room.id), state }, ...actorOf(room) })
}

const toldRoom = z.object({ id: z.string() })

/** A room that was closed, or hidden, is not read of in older events. What somebody was asked into says nothing to others anyway. */
export const readRoomStatement: ReadStatement = ({ type, data, audience }) => {
  if (audience !== undefined || (type !== 'room.opened' && type !== 'room.closed')) return undefined
  const room = toldRoom.safeParse(JSON.parse(data)).data
  if (room === undefined) return undefined
  const subject = `room:${room.id}`
  return type === 'room.opened' ? { shows: subject } : { ends: [subject] }
}
