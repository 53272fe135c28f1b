import type { PersonPage } from '../api/types.ts'
import { LinkButton } from '../ui/button.tsx'
import { EmptyState } from '../ui/states.tsx'
import { text } from './text.ts'

/** What somebody wrote. To each other two people with a block between them have written nothing. */
export function PersonPosts({ person, isMe }: { person: PersonPage; isMe: boolean }) {
  const words = text.value
  if (person.relation.blocks) return null
  return (
    <EmptyState
      icon="leaf"
      title={isMe ? words.noPostsMine : words.noPosts}
      action={isMe ? <LinkButton href="/">{words.write}</LinkButton> : undefined}
    >
      {isMe ? <p>{words.noPostsHint}</p> : undefined}
    </EmptyState>
  )
}
