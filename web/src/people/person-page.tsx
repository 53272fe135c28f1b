import { useRoute } from 'preact-iso/router'
import { useEffect, useMemo } from 'preact/hooks'
import { useGap } from '../shell/gap.ts'
import { Page } from '../shell/page.tsx'
import { api, me } from '../shell/session.ts'
import { problemText } from '../text/index.ts'
import { LinkButton } from '../ui/button.tsx'
import { EmptyState, ErrorState } from '../ui/states.tsx'
import { toast } from '../ui/toast-state.ts'
import { changeRelation } from './change-relation.ts'
import { PersonHead, PersonHeadSkeleton } from './person-head.tsx'
import { PersonLists } from './person-lists.tsx'
import { isGone, PersonState } from './person-state.ts'
import { text } from './text.ts'

/** Somebody's own page: who they are, what they write, whom they know. */
export function PersonPage() {
  const { params } = useRoute()
  const username = (params['username'] ?? '').toLowerCase()
  const state = useMemo(() => personOf(username), [username])
  useEffect(() => void state.read(), [state])
  // What is between two people may change on the other side.
  useGap('timeline', () => void state.read())
  const person = state.person.value
  const problem = state.problem.value
  if (problem !== undefined) return <NoPerson problem={problem} onRetry={() => state.read()} />
  return (
    <Page title={person?.displayName ?? text.value.person} isTitleHidden>
      {person === undefined ? <PersonHeadSkeleton /> : <PersonHead person={person} state={state} />}
      {person !== undefined && <PersonLists person={person} list={params['list']} isMe={person.id === me.value?.id} />}
    </Page>
  )
}

function personOf(username: string): PersonState {
  return new PersonState({
    read: () => api.people.person(username),
    send: (relation, isOn) => changeRelation(username, relation, isOn),
    onProblem: (problem) => toast({ text: problemText(problem), tone: 'danger' }),
  })
}

/** Somebody who blocks me is as if nobody had the name. */
function NoPerson({ problem, onRetry }: { problem: unknown; onRetry: () => Promise<void> }) {
  const words = text.value
  const isNobody = isGone(problem)
  return (
    <Page title={isNobody ? words.nobody : words.person} isTitleHidden>
      {isNobody ? (
        <EmptyState icon="person" title={words.nobody} action={<LinkButton href="/">{words.toTimeline}</LinkButton>}>
          <p>{words.nobodyWhy}</p>
        </EmptyState>
      ) : (
        <ErrorState problem={problem} onRetry={onRetry} />
      )}
    </Page>
  )
}
