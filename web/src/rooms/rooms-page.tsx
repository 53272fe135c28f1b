import './list/rooms.css'
import { useEffect, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso/router'
import type { MyRoom, Room } from '../api/types.ts'
import { Page } from '../shell/page.tsx'
import { Button } from '../ui/button.tsx'
import { EmptyState, ErrorLine, ErrorState } from '../ui/states.tsx'
import { OpenRoomDialog } from './list/open-room-dialog.tsx'
import { RoomCard, RoomCardSkeletons } from './list/room-card.tsx'
import { inOrderOfUnread, lobbyFirst } from './list/room-list.ts'
import {
  endedRooms,
  followRooms,
  loadEndedRooms,
  loadMyRooms,
  loadOpenRooms,
  moreEndedRooms,
  moreMyRooms,
  moreOpenRooms,
  myRooms,
  openRooms,
} from './list/rooms-state.ts'
import type { ListState } from './list/rooms-state.ts'
import { text } from './text.ts'
import { me, onReturn, useStream } from './wires.ts'

/** All rooms: mine with what is unread, the open ones with who is in them now, and those that are over. */
export function RoomsPage() {
  const [isOpening, setOpening] = useState(false)
  const { route } = useLocation()
  const stream = useStream()
  const words = text.value
  const isMentor = me.value?.role === 'mentor' || me.value?.role === 'admin'

  useEffect(() => {
    void loadOpenRooms()
    void loadMyRooms()
    void loadEndedRooms()
  }, [])
  useEffect(() => onReturn(() => void loadMyRooms()), [])
  useEffect(() => (stream === undefined ? undefined : followRooms(stream)), [stream])

  const open = isMentor && (
    <Button look="main" icon="plus" onClick={() => setOpening(true)}>
      {words.openRoom}
    </Button>
  )
  return (
    <Page title={words.title} width="wide" actions={open}>
      <div class="rooms">
        {isComing(myRooms.value) || isComing(openRooms.value) ? (
          <RoomCardSkeletons />
        ) : (
          <Sections isMentor={isMentor} />
        )}
        {isOpening && (
          <OpenRoomDialog onClose={() => setOpening(false)} onOpened={(room) => route(`/rooms/${room.id}`)} />
        )}
      </div>
    </Page>
  )
}

/** All at once: what comes above would move what is below. */
function Sections({ isMentor }: { isMentor: boolean }) {
  const words = text.value
  const seats = new Map(myRooms.value.items?.map((room) => [room.id, room]))
  const others = lobbyFirst(openRooms.value.items ?? []).filter(({ id }) => !seats.has(id))
  return (
    <>
      {myRooms.value.items?.length !== 0 && (
        <RoomSection title={words.mine} list={myRooms.value} onMore={moreMyRooms} onRetry={loadMyRooms}>
          {inOrderOfUnread(myRooms.value.items ?? []).map((room) => (
            <RoomCard key={room.id} room={room} reading={room} />
          ))}
        </RoomSection>
      )}
      <RoomSection title={words.open} list={openRooms.value} onMore={moreOpenRooms} onRetry={loadOpenRooms}>
        {others.map((room) => (
          <RoomCard key={room.id} room={room} />
        ))}
        {openRooms.value.items !== undefined && others.length === 0 && <NoRooms isMentor={isMentor} />}
      </RoomSection>
      {(endedRooms.value.items?.length ?? 0) > 0 && (
        <RoomSection title={words.ended} list={endedRooms.value} onMore={moreEndedRooms} onRetry={loadEndedRooms}>
          {endedRooms.value.items?.map((room) => (
            <RoomCard key={room.id} room={room} />
          ))}
        </RoomSection>
      )}
    </>
  )
}

function isComing({ items, trouble }: ListState<Room> | ListState<MyRoom>): boolean {
  return items === undefined && trouble === undefined
}

interface SectionProps {
  title: string
  list: ListState<Room> | ListState<MyRoom>
  onMore: () => Promise<void>
  onRetry: () => Promise<void>
  children: preact.ComponentChildren
}

function RoomSection({ title, list, onMore, onRetry, children }: SectionProps) {
  const { items, trouble, next, isLoading } = list
  return (
    <section class="rooms-section">
      <h2>{title}</h2>
      {items === undefined && trouble !== undefined && (
        <ErrorState problem={trouble} onRetry={() => void onRetry()} isRetrying={isLoading} />
      )}
      <ul class="rooms-list">{children}</ul>
      {items !== undefined && trouble !== undefined && <ErrorLine problem={trouble} />}
      {next !== undefined && (
        <Button isBusy={isLoading} onClick={() => void onMore()}>
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
