import { LinkButton } from '../ui/button.tsx'
import { EmptyState } from '../ui/states.tsx'
import type { FeedName } from './feeds.ts'
import { text } from './text.ts'

/** There is no post: what would be here, and how it comes. */
export function FeedEmpty({ feed }: { feed: FeedName | 'tag' }) {
  const words = text.value
  switch (feed) {
    case 'all':
      return (
        <EmptyState icon="leaf" title={words.emptyAll}>
          {words.emptyAllText}
        </EmptyState>
      )
    case 'following':
      return (
        <EmptyState
          icon="people"
          title={words.emptyFollowing}
          action={
            <LinkButton href="/" look="main">
              {words.seeAll}
            </LinkButton>
          }
        >
          {words.emptyFollowingText}
        </EmptyState>
      )
    case 'area':
      return (
        <EmptyState icon="pin" title={words.emptyArea}>
          {words.emptyAreaText}
        </EmptyState>
      )
    case 'popular':
      return (
        <EmptyState icon="sparkle" title={words.emptyPopular}>
          {words.emptyPopularText}
        </EmptyState>
      )
    case 'tag':
      return (
        <EmptyState icon="hash" title={words.emptyTag}>
          {words.emptyTagText}
        </EmptyState>
      )
  }
}

/** The feed of one's area needs one. */
export function NoArea() {
  const { noArea, noAreaText, setArea } = text.value
  return (
    <EmptyState
      icon="pin"
      title={noArea}
      action={
        <LinkButton href="/settings" look="main">
          {setArea}
        </LinkButton>
      }
    >
      {noAreaText}
    </EmptyState>
  )
}
