import './room-head.css'
import { LinkButton } from '../../ui/button.tsx'
import { IconButton } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Menu } from '../../ui/menu.tsx'
import type { MenuItem } from '../../ui/menu.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { VisuallyHidden } from '../../ui/visually-hidden.tsx'
import { nameOf } from '../list/room-card.tsx'
import { text as roomText } from '../text.ts'
import type { RoomVisit } from '../visit/room-visit.ts'
import { text } from './text.ts'

export interface RoomHeadProps {
  visit: RoomVisit
  items: readonly MenuItem[]
  isPanelOpen: boolean
  onPanel: () => void
}

/** Which room this is, who is in it now, and what else can be done. */
export function RoomHead({ visit, items, isPanelOpen, onPanel }: RoomHeadProps) {
  const words = text.value
  const room = visit.room.value
  const isComing = room === undefined && visit.trouble.value === undefined
  const topic = room?.kind === 'lobby' ? roomText.value.lobbyTopic : room?.topic
  return (
    <header class="room-head">
      <a
        class="room-head-back button button-quiet button-icon"
        href="/rooms"
        aria-label={words.backToRooms}
        title={words.backToRooms}
      >
        <Icon name="arrow-left" />
      </a>
      <div class="room-head-names">
        <h1 tabIndex={-1} dir="auto">
          {room === undefined ? <Nameless isComing={isComing} /> : nameOf(room)}
        </h1>
        {isComing && (
          <p class="room-head-topic">
            <Skeleton width="12rem" height="0.8em" />
          </p>
        )}
        {topic !== undefined && topic !== '' && (
          <p class="room-head-topic" title={topic} dir="auto">
            {topic}
          </p>
        )}
      </div>
      {!visit.isOutside.value && <Beside visit={visit} isPanelOpen={isPanelOpen} onPanel={onPanel} />}
      {isComing && <span class="room-head-menu-place" />}
      {items.length > 0 && <Menu label={words.menu} items={items} />}
    </header>
  )
}

/** Who is here now; of a closed room what it leaves. */
function Beside({ visit, isPanelOpen, onPanel }: Omit<RoomHeadProps, 'items'>) {
  const room = visit.room.value
  const count = visit.present.count.value
  if (room?.state === 'closed') {
    return (
      <LinkButton size="small" icon="receipt" href={`/rooms/${room.id}/receipt`}>
        {roomText.value.receipt}
      </LinkButton>
    )
  }
  return (
    <button type="button" class="room-head-people button button-quiet" aria-expanded={isPanelOpen} onClick={onPanel}>
      <Icon name="people" />
      <span aria-hidden="true">{count}</span>
      <VisuallyHidden>{`${text.value.people}: ${roomText.value.people(count)}`}</VisuallyHidden>
    </button>
  )
}

/** A room of which nothing is known yet, or that could not be read. */
function Nameless({ isComing }: { isComing: boolean }) {
  if (!isComing) return <>{roomText.value.title}</>
  return (
    <>
      <VisuallyHidden>{roomText.value.title}</VisuallyHidden>
      <Skeleton width="9rem" />
    </>
  )
}

/** The same place, for a phone's panel. */
export function PanelClose({ onClose }: { onClose: () => void }) {
  return <IconButton icon="close" label={text.value.close} onClick={onClose} />
}
