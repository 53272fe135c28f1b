import type { z } from 'zod'
import { hasRole } from '../platform/http/viewer.ts'
import type { Viewer } from '../platform/http/viewer.ts'
import type { RoomId } from '../platform/ids.ts'
import type { RouteParts } from './route-parts.ts'
import { openRooms } from './store.ts'
import type { Room, RoomKind } from './store.ts'
import { presentRoom } from './views.ts'
import type { roomView } from './views.ts'

/** The open rooms that are there for this person, without those whose mentor they hide. No block keeps a room from who sees all. */
export async function roomsSeenBy(
  parts: RouteParts,
  viewer: Viewer,
  page: { before: RoomId | undefined; kind: RoomKind | undefined; limit: number },
): Promise<Room[]> {
  const { hidden, muted } = await parts.relationsOf(viewer.account)
  const seesAll = hasRole(viewer, 'admin')
  const hiddenMentors = [...(seesAll ? muted : hidden)]
  return openRooms(parts.sql, { account: viewer.account, seesAll, hiddenMentors }, page)
}

export async function presentRooms(
  parts: Pick<RouteParts, 'profiles' | 'presence'>,
  rooms: readonly Room[],
): Promise<z.input<typeof roomView>[]> {
  const [profiles, people] = await Promise.all([
    parts.profiles(rooms.flatMap((room) => room.mentor ?? [])),
    parts.presence.counts(rooms.map((room) => room.id)),
  ])
  return rooms.map((room) => presentRoom(room, { profiles, people: people.get(room.id) }))
}
