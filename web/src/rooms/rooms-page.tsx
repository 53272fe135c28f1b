import './list/rooms.css'
import { useEffect, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso/router'
import type { Outgoing } from '../api/live.ts'
import type { MyRoom, Room } from '../api/types.ts'
import { Page } from '../shell/page.tsx'
import { Button } from '../ui/button.tsx'
import { laterDialog } from '../ui/later.tsx'
import type { PagedList } from '../ui/paged-list.ts'
import { useRecovery } from '../ui/recovery.ts'
import { EmptyState, ErrorLine, ErrorState } from '../ui/states.tsx'
import { nameOf, RoomCard, RoomCardSkeletons } from './list/room-card.tsx'
import { inOrderOfUnread, lobbyFirst } from './list/room-list.ts'
import { endedRooms, followRooms, myRooms, openRooms, readRooms } from './list/rooms-state.ts'
import { RefusedMessages } from './refused/refused-messages.tsx'
import { useRefused } from './refused/use-refused.ts'
import { text } from './text.ts'
import { me, onReturn, readRole, useStream } from './wires.ts'

const OpenRoomDialog = laterDialog(() => import('./list/open-room-dialog.tsx').then((module) => module.OpenRoomDialog))

/** All rooms: mine with what is unread, the open ones with who is in them now, and those that are over. */
export function RoomsPage() {
  const [isOpening, setOpening] = useState(false)
  const { route } = useLocation()
  const stream = useStream()
  /** Then following reads by itself, and nothing has to be read before. */
  const [wasStreaming] = useState(() => stream?.connection.state === 'open')
  // They stand above the lists, which would be moved if these came later.
  const refused = useRefused()
  const words = text.value
  const isMentor = me.value?.role === 'mentor' || me.value?.role === 'admin'

  useEffect(() => void endedRooms.reload(), [])
  // Nothing is said where they could not be read: who has none sees nothing of them either.
  useRecovery(endedRooms.problem.value, () => void endedRooms.more())
  useEffect(() => {
    if (!wasStreaming) readRooms()
  }, [wasStreaming])
  useEffect(() => {
    // Whoever came with the page itself has just been read.
    if (wasStreaming) void readRole()
  }, [wasStreaming])
  useEffect(
    () =>
      onReturn(() => {
        void myRooms.reload()
        void readRole()
      }),
    [],
  )
  useEffect(() => (stream === undefined ? undefined : followRooms(stream)), [stream])

  const open = isMentor && (
    <Button look="main" icon="plus" onClick={() => setOpening(true)}>
      {words.openRoom}
    </Button>
  )
  return (
    <Page title={words.title} width="wide" actions={open}>
      <div class="rooms">
        {isComing(myRooms) || isComing(openRooms) || refused === undefined ? (
          <RoomCardSkeletons />
        ) : (
          <>
            <Refused messages={refused} />
            <Sections isMentor={isMentor} />
          </>
        )}
        {isOpening && (
          <OpenRoomDialog onClose={() => setOpening(false)} onOpened={(room) => route(`/rooms/${room.id}`)} />
        )}
      </div>
    </Page>
  )
}

/** Above the rooms: whoever has words here that went nowhere shall not have to look for them. Also of rooms that are not in the lists any more. */
function Refused({ messages }: { messages: readonly Outgoing[] }) {
  const lists = [myRooms, openRooms, endedRooms]
  const known = new Map(lists.flatMap(({ items }) => (items.value ?? []).map((room) => [room.id, nameOf(room)])))
  return <RefusedMessages messages={messages} nameOf={(room) => known.get(room)} />
}

/** All at once: what comes above would move what is below. */
function Sections({ isMentor }: { isMentor: boolean }) {
  const words = text.value
  const mine = myRooms.items.value
  const seats = new Map(mine?.map((room) => [room.id, room]))
  const others = lobbyFirst(openRooms.items.value ?? []).filter(({ id }) => !seats.has(id))
  const ended = endedRooms.items.value ?? []
  return (
    <>
      {mine?.length !== 0 && (
        <RoomSection title={words.mine} list={myRooms}>
          {inOrderOfUnread(mine ?? []).map((room) => (
            <RoomCard key={room.id} room={room} reading={room} />
          ))}
        </RoomSection>
      )}
      <RoomSection title={words.open} list={openRooms}>
        {others.map((room) => (
          <RoomCard key={room.id} room={room} />
        ))}
        {openRooms.items.value !== undefined && others.length === 0 && <NoRooms isMentor={isMentor} />}
      </RoomSection>
      {ended.length > 0 && (
        <RoomSection title={words.ended} list={endedRooms}>
          {ended.map((room) => (
            <RoomCard key={room.id} room={room} />
          ))}
        </RoomSection>
      )}
    </>
  )
}

type AnyList = PagedList<Room> | PagedList<MyRoom>

function isComing({ items, problem }: AnyList): boolean {
  return items.value === undefined && problem.value === undefined
}

interface SectionProps {
  title: string
  list: AnyList
  children: preact.ComponentChildren
}

function RoomSection({ title, list, children }: SectionProps) {
  const hasItems = list.items.value !== undefined
  const problem = list.problem.value
  const isLoading = list.isLoading.value
  return (
    <section class="rooms-section">
      <h2>{title}</h2>
      {!hasItems && problem !== undefined && <ErrorState problem={problem} onRetry={() => list.reload()} />}
      <ul class="rooms-list">{children}</ul>
      {hasItems && problem !== undefined && <ErrorLine problem={problem} onRecovery={() => void list.more()} />}
      {hasItems && !list.isAtEnd.value && (
        <Button isBusy={isLoading} onClick={() => void list.more()}>
          {text.value.more}
        </Button>
      )}
    </section>
  )
}

function NoRooms({ isMentor }: { isMentor: boolean }) {
  const words = text.value
  return (
    <li>
      <EmptyState icon="rooms" title={words.noRooms}>
        {isMentor ? words.noRoomsMentor : words.noRoomsHint}
      </EmptyState>
    </li>
  )
}
