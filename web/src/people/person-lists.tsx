import type { PersonPage } from '../api/types.ts'
import { NotFound } from '../shell/not-found.tsx'
import { format } from '../text/index.ts'
import { LinkTabs } from '../ui/tabs.tsx'
import { PeopleList } from './people-list.tsx'
import { personHref } from '../person/person-href.ts'
import { PersonPosts } from './person-posts.tsx'
import { text } from './text.ts'

interface PersonListsProps {
  person: PersonPage
  /** As the address names it; posts without. */
  list: string | undefined
  isMe: boolean
}

/** What somebody writes, who follows them, whom they follow: each with an address of its own. */
export function PersonLists({ person, list, isMe }: PersonListsProps) {
  if (list !== undefined && list !== 'followers' && list !== 'following') return <NotFound />
  const words = text.value
  const href = personHref(person)
  const count = (of: number) => <span class="person-count">{format.value.compact(of)}</span>
  return (
    <>
      <LinkTabs
        label={words.lists}
        links={[
          { href, label: words.posts, isCurrent: list === undefined },
          {
            ...{ href: `${href}/followers`, label: words.followers, after: count(person.followers) },
            isCurrent: list === 'followers',
          },
          {
            ...{ href: `${href}/following`, label: words.following, after: count(person.following) },
            isCurrent: list === 'following',
          },
        ]}
      />
      <div class="person-list">
        {list === undefined ? (
          <PersonPosts person={person} isMe={isMe} />
        ) : (
          <PeopleList username={person.username} list={list} />
        )}
      </div>
    </>
  )
}
