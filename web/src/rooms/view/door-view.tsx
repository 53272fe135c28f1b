import { useState } from 'preact/hooks'
import type { RoomAndMe } from '../../api/types.ts'
import { format } from '../../text/index.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState, ErrorLine } from '../../ui/states.tsx'
import { nameOf } from '../list/room-card.tsx'
import { hindranceOf } from '../list/room-list.ts'
import { RefusedMessages } from '../refused/refused-messages.tsx'
import { useRefused } from '../refused/use-refused.ts'
import { text as roomText } from '../text.ts'
import type { RoomVisit } from '../visit/room-visit.ts'
import { client } from '../wires.ts'
import { text } from './text.ts'

/** Before the door of a room in which one has no seat: what it is about, and how to come in. */
export function DoorView({ visit, room }: { visit: RoomVisit; room: RoomAndMe }) {
  const words = roomText.value
  const refused = useRefused(room.id)
  const [isJoining, setJoining] = useState(false)
  const [problem, setProblem] = useState<unknown>(undefined)
  const hindrance = hindranceOf(room)
  const isBanned = room.me.standing === 'banned'

  async function join(): Promise<void> {
    setJoining(true)
    setProblem(undefined)
    try {
      await client.rooms.join(room.id)
      await visit.enter()
    } catch (error) {
      setProblem(error)
      await visit.refresh()
    } finally {
      setJoining(false)
    }
  }
  return (
    <div class="room-instead">
      <EmptyState
        icon={isBanned ? 'block' : 'door'}
        title={isBanned ? text.value.bannedOut : nameOf(room)}
        action={
          !isBanned && (
            <Button look="main" isBusy={isJoining} isDisabled={hindrance !== undefined} onClick={() => void join()}>
              {hindrance === undefined ? words.join : words[hindrance]}
            </Button>
          )
        }
      >
        {room.topic !== '' && <p>{room.topic}</p>}
        {room.mentor !== null && <p>{words.openedBy(room.mentor.displayName, format.value.date(room.openedAt))}</p>}
        {room.seats !== null && <p>{words.seats(room.seatsTaken, room.seats)}</p>}
        {!isBanned && hindrance === undefined && <p>{text.value.seatNeeded}</p>}
      </EmptyState>
      {problem !== undefined && <ErrorLine problem={problem} />}
      <RefusedMessages messages={refused} />
    </div>
  )
}
