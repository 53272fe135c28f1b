import { z } from 'zod'
import type { Profile } from '../accounts/index.ts'
import { teller } from '../live/index.ts'
import type { LiveEvent, ReadStatement, Tell } from '../live/index.ts'
import type { AccountId } from '../platform/ids.ts'
import { settingsShape } from './message.ts'
import { settingsOf } from './store.ts'
import type { Room, RoomSettings } from './store.ts'
import { presentRoom, roomView } from './views.ts'

/**
 * What the stream tells of rooms. It is told to everybody, so only of rooms that everybody may see: a room by invitation
 * opens for a person when they are asked in, and goes for them when that is taken back or they are banned; its settings
 * and its end are told to each in whose list it stands, but for admins, and of it nothing else is told.
 */

const roomId = z.string().describe('Id of the room')

export const roomEvents = {
  'room.opened': z
    .strictObject({ ...roomView.shape })
    .describe('A room is open to me: it is new, open to all from now on, I am asked in, or banned no more'),
  'room.updated': z
    .strictObject({
      id: roomId,
      ...settingsShape.partial().shape,
      people: z.int().optional().describe('Connected now; absolute'),
      seatsTaken: z.int().optional().describe('Absolute'),
    })
    .describe(
      'Either all settings of a room, or its counts, these at most once in two seconds. Of a room by invitation the settings alone, also where it becomes one, to its mentor, to those who are asked in and to those who have a seat',
    ),
  'room.closed': z
    .strictObject({ id: roomId, state: z.enum(['closing', 'closed', 'hidden']) })
    .describe(
      'A room is being closed, is closed, or is hidden from me: it is there for those who are asked in only, I am asked in no more, have my seat there no more, or I am banned. To admins, and to who has a seat, a hidden one stays',
    ),
}

const event = teller<typeof roomEvents>('rooms')

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
  tell(event('room.opened', data, { ...audience, ...actorOf(room) }))
}

/**
 * A room that is by invitation from now on is closed to the public and there again for who is asked in, and the other way round opened.
 * `members` are in, the mentor with them: of a room by invitation they and `guests` are told. The settings come in each case, and last: to who has a
 * seat a hidden room stays, and one that was opened is none that they did not know.
 */
export function tellSettings(
  tell: Tell,
  change: {
    room: Room
    settings: RoomSettings
    mentor: Profile | undefined
    guests: readonly AccountId[]
    members: readonly AccountId[]
    people: number
  },
): void {
  const { room, settings, mentor, guests, members, people } = change
  const after = { ...room, ...settings }
  if (after.entry === 'invited') {
    if (room.entry === 'open') {
      tellClosed(tell, room, 'hidden')
      for (const audience of guests) tellOpened(tell, after, { mentor, people, audience })
    }
    for (const audience of new Set([...guests, ...members])) tellSettingsTo(tell, after, audience)
    return
  }
  if (room.entry === 'invited') tellOpened(tell, after, { mentor, people })
  tell(event('room.updated', { id: String(after.id), ...settingsOf(after) }, actorOf(room)))
}

/** Of a room by invitation, to one person in whose list it stands. */
export function tellSettingsTo(tell: Tell, room: Room, audience: AccountId): void {
  tell(event('room.updated', { id: String(room.id), ...settingsOf(room) }, { audience, ...actorOf(room) }))
}

/** Absolute counts, people connected and seats taken. */
export function tellCounts(tell: Tell, room: Room, counts: { people: number; seatsTaken: number }): void {
  if (room.entry === 'invited') return
  tell(event('room.updated', { id: String(room.id), ...counts }, actorOf(room)))
}

type Gone = 'closing' | 'closed' | 'hidden'

/** To everybody; a room by invitation to `whom`, who are asked in or have a seat. */
export function tellClosed(tell: Tell, room: Room, state: Gone, whom: readonly AccountId[] = []): void {
  if (room.entry === 'open') return tellGone(tell, room, state)
  for (const audience of whom) tellGone(tell, room, state, { audience })
}

/** Somebody is asked in no more, or banned. */
export function tellHiddenFrom(tell: Tell, room: Room, audience: AccountId): void {
  if (room.entry === 'invited') tellGone(tell, room, 'hidden', { audience })
}

function tellGone(tell: Tell, room: Room, state: Gone, whom: Pick<LiveEvent, 'audience'> = {}): void {
  tell(event('room.closed', { id: String(room.id), state }, { ...whom, ...actorOf(room) }))
}

const toldRoom = z.object({ id: z.string() })

/**
 * A room that was closed, or hidden, is not read of in older events; nor are its settings that one person was told. Those that everybody
 * was told were no secret, and who has a seat still needs them. What one person is told says nothing of what others are.
 */
export const readRoomStatement: ReadStatement = ({ type, data, audience }) => {
  if (!(type in roomEvents) || (type === 'room.updated' && audience === undefined)) return undefined
  const room = toldRoom.safeParse(JSON.parse(data)).data
  if (room === undefined) return undefined
  const whose = audience === undefined ? room.id : `${room.id}:${audience}`
  const [opened, settings] = [`room:${whose}`, `room-settings:${whose}`]
  if (type === 'room.closed') return { ends: [opened, settings] }
  return { shows: type === 'room.opened' ? opened : settings }
}
