import { effect } from '@preact/signals'
import type { LiveStream } from '../../api/live.ts'
import type { Room } from '../../api/types.ts'
import { whenOpen } from '../../api/when-open.ts'
import { pagedList } from '../../ui/paged-list.ts'
import { client, me, onSeats } from '../wires.ts'
import { withMineClosed, withOpened, withUpdated, withoutRoom } from './room-list.ts'

const byId = ({ id }: Room): string => id

/** Rooms that are open, whoever is in them. */
export const openRooms = pagedList((cursor) => client.rooms.list({ cursor, limit: 50 }), byId)
export const myRooms = pagedList((cursor) => client.rooms.mine({ cursor, limit: 50 }), byId)
/** Rooms in which I had a seat when they were closed. */
export const endedRooms = pagedList((cursor) => client.rooms.mine({ cursor, limit: 20, state: 'closed' }), byId)

/** What the stream tells, and where I come and go elsewhere, for as long as somebody looks at lists of rooms. Answers how to stop. */
export function followRooms(stream: LiveStream): () => void {
  const stops = [
    stream.on('room.opened', (room) => openRooms.change((rooms) => withOpened(rooms, room))),
    stream.on('room.updated', (told) => {
      openRooms.change((rooms) => withUpdated(rooms, told))
      myRooms.change((rooms) => withUpdated(rooms, told))
    }),
    stream.on('room.closed', (told) => {
      // To who has, or had, a seat there; what becomes of it is known when it is read again.
      const isMine = myRooms.items.peek()?.some(({ id }) => id === told.id) ?? true
      const staysSeen = told.state === 'hidden' && (isMine || me.peek()?.role === 'admin')
      openRooms.change((rooms) =>
        staysSeen ? withUpdated(rooms, { id: told.id, entry: 'invited' }) : withoutRoom(rooms, told.id),
      )
      myRooms.change((rooms) => withMineClosed(rooms, told))
      // The open ones first: what goes from mine would stand among them for a moment.
      if (staysSeen && isMine) void openRooms.reload().then(myRooms.reload)
      if (told.state === 'closed') void endedRooms.reload()
    }),
    stream.onGap((topics) => {
      if (topics.includes('rooms')) readRooms()
    }),
    whenOpen(stream, readRooms),
    // What one has no seat in any more is open to one, or, by invitation, not there.
    onSeats(readRooms),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

/** Both lists as they are from now on. */
export function readRooms(): void {
  void openRooms.reload()
  void myRooms.reload()
}

/** Who signs in next has other rooms. */
effect(() => {
  if (me.value !== null) return
  for (const list of [openRooms, myRooms, endedRooms]) list.clear()
})
