import { useMemo } from 'preact/hooks'
import { useGap } from '../shell/gap.ts'
import { api } from '../shell/session.ts'
import { pagedList } from '../ui/paged-list.ts'
import { PagedView } from '../ui/paged-view.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { EmptyState } from '../ui/states.tsx'
import { PersonChip } from '../person/person-chip.tsx'
import { text } from './text.ts'

interface PeopleListProps {
  username: string
  list: 'followers' | 'following'
}

/** Who follows somebody, or whom they follow, the latest first. */
export function PeopleList({ username, list: name }: PeopleListProps) {
  const list = useMemo(
    () =>
      pagedList(
        (cursor) => api.people[name](username, { cursor }),
        ({ id }) => id,
      ),
    [username, name],
  )
  useGap('timeline', () => void list.reload())
  const empty = name === 'followers' ? text.value.noFollowers : text.value.noFollowing
  return (
    <PagedView list={list} skeleton={<PeopleSkeleton />} empty={<EmptyState icon="people" title={empty} />}>
      {(people) => (
        <ul class="people-list">
          {people.map((person) => (
            <li key={person.id}>
              <PersonChip person={person} />
            </li>
          ))}
        </ul>
      )}
    </PagedView>
  )
}

export function PeopleSkeleton({ count = 6 }: { count?: number }) {
  return (
    <div class="people-list">
      {Array.from({ length: count }, (_, place) => (
        <div key={place} class="person-names">
          <Skeleton width="2.75rem" height="2.75rem" radius="50%" />
          <span class="person-lines">
            <Skeleton width="8rem" height="1.2em" />
            <Skeleton width="5rem" />
          </span>
        </div>
      ))}
    </div>
  )
}
