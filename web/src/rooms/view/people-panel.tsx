import './people-panel.css'
import { useEffect, useRef, useState } from 'preact/hooks'
import { PersonChip } from '../../person/person-chip.tsx'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Menu } from '../../ui/menu.tsx'
import { Loading, SkeletonText } from '../../ui/skeleton.tsx'
import { ErrorLine } from '../../ui/states.tsx'
import { text as roomText } from '../text.ts'
import { useRoom } from '../visit/room-context.ts'
import { Seats } from './seats.ts'
import type { Seated, SeatsView } from './seats.ts'
import { seatItems } from '../order/seat-items.ts'
import { panelText } from './panel-text.ts'
import { text } from './text.ts'
import { useIsWide } from './use-is-wide.ts'
import { PanelClose } from './room-head.tsx'

/** Who has a seat and who is here now: beside the messages where there is room, above them on a phone. */
export function PeoplePanel({ onClose }: { onClose: () => void }) {
  const isWide = useIsWide()
  if (!isWide) {
    return (
      <Dialog title={text.value.people} onClose={onClose}>
        <PeopleList />
      </Dialog>
    )
  }
  return (
    <aside class="room-panel" aria-label={text.value.people}>
      <header class="room-panel-head">
        <h2>{text.value.people}</h2>
        <PanelClose onClose={onClose} />
      </header>
      <PeopleList />
    </aside>
  )
}

function PeopleList() {
  const { visit, faces } = useRoom()
  const [seats] = useState(() => new Seats(visit, faces))
  useEffect(() => seats.follow(), [seats])
  const [isChoosing, setChoosing] = useState(false)
  const { here, away, hasMore, trouble, isReady } = useHeld(seats.view.value, isChoosing)
  const words = panelText.value
  if (!isReady) {
    return trouble === undefined ? (
      <Loading>
        <SkeletonText lines={4} />
      </Loading>
    ) : (
      <ErrorLine problem={trouble} onRecovery={() => void seats.more()} />
    )
  }
  return (
    <div class="room-panel-lists">
      {(here.length > 0 || !visit.isOver.value) && (
        <PeopleGroup title={words.here(visit.present.count.value)} people={here} isHere onChoosing={setChoosing} />
      )}
      {away.length > 0 && <PeopleGroup title={words.away(away.length)} people={away} onChoosing={setChoosing} />}
      {trouble !== undefined && <ErrorLine problem={trouble} onRecovery={() => void seats.more()} />}
      {hasMore && (
        <Button size="small" onClick={() => void seats.more()}>
          {words.more}
        </Button>
      )}
    </div>
  )
}

/** While something is chosen about somebody, everybody stays where they stand: a line that went elsewhere would take its open menu along. */
function useHeld(view: SeatsView, isHeld: boolean): SeatsView {
  const shown = useRef(view)
  if (!isHeld) shown.current = view
  return shown.current
}

interface PeopleGroupProps {
  title: string
  people: readonly Seated[]
  isHere?: boolean
  /** Told while the menu of somebody is open. */
  onChoosing: (isChoosing: boolean) => void
}

function PeopleGroup({ title, people, isHere = false, onChoosing }: PeopleGroupProps) {
  return (
    <section>
      <h3>{title}</h3>
      <ul class="room-panel-people">
        {people.map((seated) => (
          <li key={seated.person.username} class="room-panel-person" data-here={isHere || undefined}>
            <PersonChip person={seated.person} size="small" after={<Standing seated={seated} />} />
            <SeatMenu seated={seated} onToggle={onChoosing} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function Standing({ seated: { person, member } }: { seated: Seated }) {
  const { me } = useRoom()
  const words = panelText.value
  return (
    <>
      {person.username === me && <span> · {roomText.value.you}</span>}
      {member?.isMentor === true && (
        <>
          {' '}
          <Badge tone="giwa">{words.mentor}</Badge>
        </>
      )}
      {member?.hasWord === true && member.isMentor === false && (
        <>
          {' '}
          <Badge tone="pine">{words.hasWord}</Badge>
        </>
      )}
    </>
  )
}

/** What who keeps order can do about one person. */
function SeatMenu({ seated, onToggle }: { seated: Seated; onToggle: (isOpen: boolean) => void }) {
  const { visit, keepsOrder, me } = useRoom()
  const room = visit.room.value
  if (!keepsOrder || room === undefined || room.state !== 'open' || seated.person.username === me) return null
  const items = seatItems(room, seated)
  if (items.length === 0) return null
  return <Menu label={panelText.value.about(seated.person.displayName)} items={items} onToggle={onToggle} />
}
