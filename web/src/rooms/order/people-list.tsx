import './order.css'
import type { ComponentChildren } from 'preact'
import type { Person } from '../../api/types.ts'
import { PersonChip } from '../../person/person-chip.tsx'
import { format, problemText } from '../../text/index.ts'
import { Button } from '../../ui/button.tsx'
import type { PagedList } from '../../ui/paged-list.ts'
import { PagedView } from '../../ui/paged-view.tsx'
import { SkeletonText } from '../../ui/skeleton.tsx'
import { toast } from '../../ui/toast-state.ts'
import { useAction } from '../../ui/use-action.ts'
import { text } from './text.ts'

export interface PeopleListProps<Listed extends Person> {
  list: PagedList<Listed>
  empty: ComponentChildren
  /** Who put somebody on the list, and when. */
  cause: (person: Listed) => { by: Person; at: string }
  undo: UndoProps['what']
}

/** People about whom something was done in a room, each with how to undo it. */
export function PeopleList<Listed extends Person>({ list, empty, cause, undo }: PeopleListProps<Listed>) {
  const words = text.value
  const takeOff = (username: string): void => list.change((all) => all.filter((one) => one.username !== username))
  return (
    <PagedView list={list} skeleton={<SkeletonText lines={3} />} empty={empty}>
      {(people) => (
        <ul class="order-people">
          {people.map((person) => {
            const { by, at } = cause(person)
            return (
              <li key={person.username} class="order-person">
                <div>
                  <PersonChip person={person} size="small" />
                  <p class="order-note">{words.doneBy(by.displayName, format.value.date(at))}</p>
                </div>
                <Undo what={undo} username={person.username} onDone={() => takeOff(person.username)} />
              </li>
            )
          })}
        </ul>
      )}
    </PagedView>
  )
}

interface UndoProps {
  what: { label: string; work: (username: string) => Promise<void> }
  username: string
  onDone: () => void
}

function Undo({ what: { label, work }, username, onDone }: UndoProps) {
  const action = useAction(async () => {
    try {
      await work(username)
      onDone()
    } catch (error) {
      toast({ text: problemText(error), tone: 'danger' })
    }
  })
  return (
    <Button size="small" isBusy={action.isBusy} aria-label={`${label}: ${username}`} onClick={() => void action.run()}>
      {label}
    </Button>
  )
}
