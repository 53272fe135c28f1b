/* No tag of HTML is a list that another field leads through; the keys are that field's. */
/* oxlint-disable jsx-a11y/prefer-tag-over-role, jsx-a11y/click-events-have-key-events */
import './mention.css'
import type { RefObject } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { FoundPerson } from '../api/types.ts'
import { keepBeside } from '../ui/place-beside.ts'
import { PersonNames } from '../person/person-names.tsx'
import { text } from './text.ts'

interface MentionListProps {
  id: string
  /** Beside which it stands. The focus stays there. */
  area: RefObject<HTMLTextAreaElement | null>
  people: readonly FoundPerson[]
  chosen: number
  onTake: (person: FoundPerson) => void
}

/** Who may be meant, in the top layer: no box around the field cuts it off. */
export function MentionList({ id, area, people, chosen, onTake }: MentionListProps) {
  const box = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => box.current?.showPopover(), [])
  useLayoutEffect(() => {
    if (box.current === null || area.current === null) return undefined
    const stop = keepBeside(box.current, area.current)
    box.current.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' })
    return stop
  }, [area, people, chosen])
  return (
    <div ref={box} id={id} class="mention-list" role="listbox" aria-label={text.value.whoIsMeant} popover="manual">
      {people.map((person, place) => (
        <div
          key={person.id}
          id={`${id}-${place}`}
          class="mention-option"
          role="option"
          tabIndex={-1}
          aria-selected={place === chosen}
          // The field keeps the focus.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onTake(person)}
        >
          <PersonNames person={person} size="small" />
        </div>
      ))}
    </div>
  )
}
