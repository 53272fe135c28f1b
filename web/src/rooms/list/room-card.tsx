import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso/router'
import type { MyRoom, Room } from '../../api/types.ts'
import { unreadByRoom } from '../../shell/unread.ts'
import { format, problemText } from '../../text/index.ts'
import { Badge, Count } from '../../ui/badge.tsx'
import { Button, LinkButton } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Loading, Skeleton } from '../../ui/skeleton.tsx'
import { toast } from '../../ui/toast-state.ts'
import { text } from '../text.ts'
import { client, me } from '../wires.ts'
import { hindranceOf } from './room-list.ts'
import { myRooms } from './rooms-state.ts'

export interface RoomCardProps {
  room: Room
  /** Of a room in which I have a seat. */
  reading?: MyRoom
}

/** A room among others: what it is about, who is there now, and the way in. */
export function RoomCard({ room, reading }: RoomCardProps) {
  const words = text.value
  const name = nameOf(room)
  return (
    <Card as="li" class="room-card">
      <div class="room-card-head">
        <h3>
          <a class="room-card-link" href={`/rooms/${room.id}`} dir="auto">
            {name}
          </a>
        </h3>
        {reading !== undefined && <Unread room={room.id} known={reading.unread} />}
        <RoomBadges room={room} />
      </div>
      <p class="room-card-topic" dir="auto">
        {room.kind === 'lobby' ? words.lobbyTopic : room.topic}
      </p>
      <div class="room-card-foot">
        <p class="room-card-facts">
          {room.state === 'closed' ? <Ended room={room} /> : <PeopleNow people={room.people} />}
          {room.mentor !== null && <span>{words.withMentor(room.mentor.displayName)}</span>}
          {room.seats !== null && room.state === 'open' && <span>{words.seats(room.seatsTaken, room.seats)}</span>}
        </p>
        <WayIn room={room} hasSeat={reading !== undefined} />
      </div>
    </Card>
  )
}

/** As whoever counts lately knows it: the list itself is told nothing of messages. */
function Unread({ room, known }: { room: string; known: number }) {
  const unread = unreadByRoom.value.get(room) ?? known
  return <Count count={unread} label={text.value.unread(unread)} />
}

/** The lobby has a name that everybody's language has a word for. */
export function nameOf(room: Pick<Room, 'kind' | 'name'>): string {
  return room.kind === 'lobby' ? text.value.lobby : room.name
}

function RoomBadges({ room }: { room: Room }) {
  const words = text.value
  const hindrance = hindranceOf(room)
  return (
    <span class="room-card-badges">
      {room.entry === 'invited' && <Badge tone="giwa">{words.invited}</Badge>}
      {hindrance === 'full' && <Badge>{words.full}</Badge>}
      {hindrance === 'closing' && <Badge tone="warning">{words.closing}</Badge>}
    </span>
  )
}

function PeopleNow({ people }: { people: number }) {
  return (
    <span class="room-people" data-anybody={people > 0 || undefined}>
      <Icon name="people" />
      {people > 0 ? text.value.people(people) : text.value.nobodyHere}
    </span>
  )
}

function Ended({ room }: { room: Room }) {
  if (room.closedAt === undefined) return null
  return <span>{text.value.closedOn(format.value.date(room.closedAt))}</span>
}

function WayIn({ room, hasSeat }: { room: Room; hasSeat: boolean }) {
  const words = text.value
  const [isJoining, setJoining] = useState(false)
  const { route } = useLocation()
  if (room.state === 'closed') {
    return (
      <LinkButton size="small" icon="receipt" href={`/rooms/${room.id}/receipt`}>
        {words.receipt}
      </LinkButton>
    )
  }
  const needsNoSeat = hasSeat || room.kind === 'lobby' || room.mentor?.username === me.value?.username
  if (needsNoSeat || room.state === 'closing') return null

  async function join(): Promise<void> {
    setJoining(true)
    try {
      await client.rooms.join(room.id)
      void myRooms.reload()
      route(`/rooms/${room.id}`)
    } catch (error) {
      toast({ text: problemText(error), tone: 'danger' })
      setJoining(false)
    }
  }
  return (
    <Button
      class="room-card-join"
      size="small"
      isBusy={isJoining}
      isDisabled={hindranceOf(room) !== undefined}
      aria-label={`${words.join}: ${room.name}`}
      onClick={() => void join()}
    >
      {words.join}
    </Button>
  )
}

/** The place of some cards that are still coming. */
export function RoomCardSkeletons() {
  return (
    <Loading>
      <ul class="rooms-list">
        {[0, 1, 2].map((place) => (
          <Card key={place} as="li" class="room-card">
            <Skeleton width="45%" height="1.4rem" />
            <Skeleton width="80%" height="1.2rem" />
            <Skeleton width="60%" height="2.25rem" />
          </Card>
        ))}
      </ul>
    </Loading>
  )
}
