import { useEffect, useMemo } from 'preact/hooks'
import { Uploads } from '../../pictures/uploads.ts'
import { forgetShown, setUnread } from '../../shell/unread.ts'
import { useRecovery } from '../../ui/recovery.ts'
import { Faces } from '../visit/faces.ts'
import { RoomVisit } from '../visit/room-visit.ts'
import { watchDoor } from '../visit/watch-door.ts'
import { client, me as account, useOutbox, useSocket, useStream } from '../wires.ts'
import { mostPictures } from './composing.ts'
import { Reader } from './reader.ts'

/** One room while its page is shown: entered when it comes, left when it goes. */
export function useRoomVisit(id: string, me: string) {
  const [socket, outbox] = [useSocket(), useOutbox()]
  const faces = useMemo(() => new Faces((username) => client.people.person(username)), [])
  const visit = useMemo(
    () => new RoomVisit(id, { rooms: client.rooms, socket, outbox, me, met: (people) => faces.met(people) }),
    [id, socket, outbox, me, faces],
  )
  const reader = useMemo(() => new Reader(visit, me), [visit, me])
  const uploads = useMemo(() => new Uploads({ upload: client.media.upload, most: mostPictures }), [])
  useEffect(() => {
    void visit.enter()
    return () => {
      reader.close()
      visit.leave()
      uploads.clear()
    }
  }, [visit, reader, uploads])
  useDoor(visit)
  useRecovery(visit.refreshTrouble.value, () => void visit.refresh())
  useMeeting(visit, faces)
  useUnread(visit, reader)
  return { visit, reader, faces, uploads }
}

/** A door is watched while one stands before it. */
function useDoor(visit: RoomVisit): void {
  const stream = useStream()
  const isAtDoor = visit.isAtDoor.value
  useEffect(() => {
    if (isAtDoor && stream !== undefined) return watchDoor(visit, stream)
    return undefined
  }, [visit, stream, isAtDoor])
}

/** Whom one knows without a page of messages. */
function useMeeting(visit: RoomVisit, faces: Faces): void {
  const mentor = visit.room.value?.mentor
  useEffect(() => {
    faces.met([account.value, mentor].filter((person) => person !== null && person !== undefined))
  }, [faces, mentor])
}

/** Who shows a room knows best what is unread in it. */
function useUnread({ id, isReady: ready }: RoomVisit, reader: Reader): void {
  const unread = reader.unreadBelow.value
  const isReady = ready.value
  useEffect(() => {
    if (isReady) setUnread(id, unread)
  }, [id, unread, isReady])
  useEffect(() => () => forgetShown(id), [id])
}
