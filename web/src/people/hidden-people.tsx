import { useEffect, useMemo, useState } from 'preact/hooks'
import type { ListedPerson } from '../api/types.ts'
import { api } from '../shell/session.ts'
import { problemText } from '../text/index.ts'
import { Button } from '../ui/button.tsx'
import { pagedList } from '../ui/paged-list.ts'
import type { PagedList } from '../ui/paged-list.ts'
import { PagedView } from '../ui/paged-view.tsx'
import { Loading } from '../ui/skeleton.tsx'
import { toast } from '../ui/toast-state.ts'
import { PeopleSkeleton } from './people-list.tsx'
import './person-page.css'
import { changeRelation } from './change-relation.ts'
import { PersonChip } from '../person/person-chip.tsx'
import { RelationWish } from './relation-wish.ts'
import { text } from './text.ts'

/** Whom I block and whom I mute, to let them go again: a part of the settings. Both stand at once, so that neither moves the other. */
export function HiddenPeople() {
  const words = text.value
  const [blocks, mutes] = useMemo(() => [listOf(api.people.blocks), listOf(api.people.mutes)] as const, [])
  useEffect(() => void Promise.all([blocks.more(), mutes.more()]), [blocks, mutes])
  const isComing = [blocks, mutes].some((list) => list.items.value === undefined && list.problem.value === undefined)
  if (isComing) {
    return (
      <Loading>
        <PeopleSkeleton />
      </Loading>
    )
  }
  return (
    <>
      <HiddenList relation="block" list={blocks} title={words.blocks} hint={words.blocksHint} none={words.noBlocks} />
      <HiddenList relation="mute" list={mutes} title={words.mutes} hint={words.mutesHint} none={words.noMutes} />
    </>
  )
}

function listOf(read: typeof api.people.blocks): PagedList<ListedPerson> {
  return pagedList(
    (cursor) => read({ cursor }),
    ({ id }) => id,
  )
}

interface HiddenListProps {
  relation: 'block' | 'mute'
  list: PagedList<ListedPerson>
  title: string
  hint: string
  none: string
}

function HiddenList({ relation, list, title, hint, none }: HiddenListProps) {
  return (
    <section class="settings-section">
      <h2>{title}</h2>
      <p>{hint}</p>
      <PagedView list={list} skeleton={<PeopleSkeleton count={2} />} empty={<p class="hidden-none">{none}</p>}>
        {(people) => (
          <ul class="people-list">
            {people.map((person) => (
              <HiddenRow key={person.id} person={person} relation={relation} />
            ))}
          </ul>
        )}
      </PagedView>
    </section>
  )
}

/** Whoever is let go stays on the list while it is shown, so that a slip is undone where it happened. */
function HiddenRow({ person, relation }: { person: ListedPerson; relation: 'block' | 'mute' }) {
  const [isHidden, setHidden] = useState(true)
  const wish = useMemo(() => wishOf(person.username, relation, setHidden), [person.username, relation])
  return (
    <li class="hidden-row" data-gone={!isHidden || undefined}>
      <PersonChip person={person} />
      <Button size="small" look={isHidden ? 'plain' : 'quiet'} onClick={() => void wish.wish(!isHidden)}>
        {text.value[isHidden ? 'end' : 'again'][relation]}
      </Button>
    </li>
  )
}

function wishOf(username: string, relation: 'block' | 'mute', onShown: (isOn: boolean) => void): RelationWish {
  return new RelationWish({
    isOn: true,
    send: (isOn) => changeRelation(username, relation, isOn),
    onShown,
    onProblem: (problem) => toast({ text: problemText(problem), tone: 'danger' }),
  })
}
