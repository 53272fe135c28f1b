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
        <h1 tabIndex={-1}>
          {room === undefined ? (
            <>
              <VisuallyHidden>{roomText.value.title}</VisuallyHidden>
              <Skeleton width="9rem" />
            </>
          ) : (
            nameOf(room)
          )}
        </h1>
        {room === undefined && (
          <p class="room-head-topic">
            <Skeleton width="12rem" height="0.8em" />
          </p>
        )}
        {topic !== undefined && topic !== '' && (
          <p class="room-head-topic" title={topic}>
            {topic}
          </p>
        )}
      </div>
      {room?.state === 'closed' ? (
        <LinkButton size="small" icon="receipt" href={`/rooms/${room.id}/receipt`}>
          {roomText.value.receipt}
        </LinkButton>
      ) : (
        <button
          type="button"
          class="room-head-people button button-quiet"
          aria-expanded={isPanelOpen}
          onClick={onPanel}
        >
          <Icon name="people" />
          <span aria-hidden="true">{visit.people.value}</span>
          <VisuallyHidden>{`${words.people}: ${roomText.value.people(visit.people.value)}`}</VisuallyHidden>
        </button>
      )}
      {room === undefined && <span class="room-head-menu-place" />}
      {items.length > 0 && <Menu label={words.menu} items={items} />}
    </header>
  )
}

/** The same place, for a phone's panel. */
export function PanelClose({ onClose }: { onClose: () => void }) {
  return <IconButton icon="close" label={text.value.close} onClick={onClose} />
}
