import { useLayoutEffect, useMemo } from 'preact/hooks'
import type { PersonPage } from '../api/types.ts'
import { api } from '../shell/session.ts'
import { personList, personSource } from '../timeline/feeds.ts'
import { PostList } from '../timeline/post-list.tsx'
import { forgetList } from '../timeline/timeline-state.ts'
import { LinkButton } from '../ui/button.tsx'
import { EmptyState } from '../ui/states.tsx'
import { text } from './text.ts'

/** What somebody wrote. To each other two people with a block between them have written nothing. */
export function PersonPosts({ person, isMe }: { person: PersonPage; isMe: boolean }) {
  const source = useMemo(() => personSource(api.timeline, person.username), [person.username])
  const { blocks } = person.relation
  const name = personList(person.username)
  // A list that is kept is read again after the block, and then there is none.
  useLayoutEffect(() => {
    if (blocks) forgetList(name)
  }, [blocks, name])
  if (blocks) return null
  return <PostList name={name} source={source} empty={<NoPosts isMe={isMe} />} />
}

function NoPosts({ isMe }: { isMe: boolean }) {
  const words = text.value
  if (!isMe) return <EmptyState icon="leaf" title={words.noPosts} />
  return (
    <EmptyState icon="leaf" title={words.noPostsMine} action={<LinkButton href="/">{words.write}</LinkButton>}>
      <p>{words.noPostsHint}</p>
    </EmptyState>
  )
}
