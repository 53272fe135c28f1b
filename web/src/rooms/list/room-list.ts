import type { LiveEvents } from '../../api/live.ts'
import type { MyRoom, Room } from '../../api/types.ts'

/** What the stream tells of rooms, applied to lists that were read before: repeatable, since a stream may tell what a page showed. */

/** Newest first, as the list is answered. Known already: as it is now. */
export function withOpened(rooms: readonly Room[], room: Room): Room[] {
  const others = rooms.filter(({ id }) => id !== room.id)
  const place = others.findIndex(({ id }) => Number(id) < Number(room.id))
  return place < 0 ? [...others, room] : others.toSpliced(place, 0, room)
}

/** Settings or counts; of a room that is not listed nothing. */
export function withUpdated<Listed extends Room>(
  rooms: readonly Listed[],
  change: LiveEvents['room.updated'],
): Listed[] {
  return rooms.map((room) => (room.id === change.id ? { ...room, ...change } : room))
}

/** No longer to be found; `state` does not matter to who is not in. */
export function withoutRoom<Listed extends Room>(rooms: readonly Listed[], id: string): Listed[] {
  return rooms.filter((room) => room.id !== id)
}

/**
 * Rooms of mine stay while they are being closed: there is still something to read. Those that are hidden stay until they are read again: this is told to who
 * keeps a seat there, and to who has lost it.
 */
export function withMineClosed(rooms: readonly MyRoom[], { id, state }: LiveEvents['room.closed']): MyRoom[] {
  return rooms.flatMap((room) => {
    if (room.id !== id) return [room]
    if (state === 'hidden') return [{ ...room, entry: 'invited' as const }]
    return state === 'closing' ? [{ ...room, state: 'closing' as const }] : []
  })
}

/** Those with something unread first, then the newest. */
export function inOrderOfUnread(rooms: readonly MyRoom[]): MyRoom[] {
  return rooms.toSorted((a, b) => Number(b.unread > 0) - Number(a.unread > 0) || Number(b.id) - Number(a.id))
}

/** The lobby is everybody's: it is in nobody's list of seats, and stands first. */
export function lobbyFirst(rooms: readonly Room[]): Room[] {
  return rooms.toSorted((a, b) => Number(b.kind === 'lobby') - Number(a.kind === 'lobby'))
}

/** What keeps somebody from taking a seat, if anything does. */
export function hindranceOf(room: Room): 'full' | 'closing' | 'closed' | undefined {
  if (room.state !== 'open') return room.state
  return room.seats !== null && room.seatsTaken >= room.seats ? 'full' : undefined
}
