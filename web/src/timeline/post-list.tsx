import './post-list.css'
import { useEffect, useRef } from 'preact/hooks'
import type { ComponentChildren } from 'preact'
import { Button } from '../ui/button.tsx'
import { Loading, Skeleton, SkeletonText } from '../ui/skeleton.tsx'
import { ErrorLine, ErrorState } from '../ui/states.tsx'
import { NewPosts } from './new-posts.tsx'
import { PostCard } from './post-card.tsx'
import { PostEditing } from './post-editing.tsx'
import type { PostSequence, PostSource } from './post-sequence.ts'
import { text } from './text.ts'
import { listOf } from './timeline-state.ts'
import { usePortions } from './use-portions.ts'

export interface PostListProps {
  /** Names the list among those that are kept: the same name, the same list. */
  name: string
  source: PostSource
  /** What stands there when there is no post. */
  empty: ComponentChildren
  /** Shown when the server knows no such list (`bad_input`). */
  refused?: ComponentChildren
}

/** A list of posts, live: reads on by itself, announces what is new, keeps its place while one looks at something else. */
export function PostList(props: PostListProps) {
  return (
    <PostEditing>
      <Shown {...props} />
    </PostEditing>
  )
}

function Shown({ name, source, empty, refused }: PostListProps) {
  const list = listOf(name, source)
  const { sequence } = list
  useEffect(() => {
    if (sequence.state.peek() === 'new') void sequence.begin()
  }, [sequence])
  const entries = sequence.entries.value
  const shown = usePortions(entries)
  const isWhole = shown.length === entries.length
  // What stands at the end comes with it, and stays then: who has the focus there keeps it while more is brought in above.
  const hasEnd = useRef(false)
  hasEnd.current ||= isWhole && entries.length > 0
  const problem = sequence.problem.value
  if (entries.length === 0) {
    if (problem !== undefined) {
      if (problem.code === 'bad_input' && refused !== undefined) return <>{refused}</>
      return <ErrorState problem={problem} onRetry={() => sequence.begin()} />
    }
    return <>{sequence.state.value === 'ready' ? empty : <PostSkeletons />}</>
  }
  return (
    <div class="post-list-frame">
      <NewPosts list={list} />
      <div class="post-list" role="feed" aria-busy={sequence.state.value === 'reading' || !isWhole}>
        {shown.map((entry) => (
          <PostCard key={entry.peek().post.id} entry={entry} />
        ))}
      </div>
      {hasEnd.current && <ListEnd sequence={sequence} isWhole={isWhole} />}
    </div>
  )
}

/** Reads on when it comes near; the button is for who has no such browser, and for after an error. */
function ListEnd({ sequence, isWhole }: { sequence: PostSequence; isWhole: boolean }) {
  const sentinel = useRef<HTMLDivElement>(null)
  const { value: hasMore } = sequence.hasMore
  const isFailed = sequence.state.value === 'failed'
  const count = sequence.entries.value.length
  useEffect(() => {
    if (!hasMore || !isWhole || isFailed || sentinel.current === null) return undefined
    const near = new IntersectionObserver(
      ([seen]) => {
        if (seen?.isIntersecting === true) void sequence.more()
      },
      { rootMargin: '1200px 0px' },
    )
    near.observe(sentinel.current)
    return () => near.disconnect()
    // Told anew after each page: one that is short leaves the end in sight.
  }, [sequence, hasMore, isWhole, isFailed, count])
  return (
    <div class="post-list-end" ref={sentinel}>
      {sequence.problem.value !== undefined && (
        <ErrorLine problem={sequence.problem.value} onRecovery={() => void sequence.more()} />
      )}
      {hasMore ? (
        <Button isWide isBusy={sequence.state.value === 'reading'} onClick={() => void sequence.more()}>
          {text.value.more}
        </Button>
      ) : (
        <p>{text.value.end}</p>
      )}
    </div>
  )
}

/** Posts that are still coming, as high as posts are. */
export function PostSkeletons({ count = 3 }: { count?: number }) {
  return (
    <Loading>
      <div class="post-list">
        {Array.from({ length: count }, (_, place) => (
          <div key={place} class="post post-skeleton">
            <div class="post-person">
              <Skeleton width="2.75rem" height="2.75rem" radius="50%" />
              <div class="post-skeleton-names">
                <Skeleton width="8rem" />
                <Skeleton width="5rem" height="0.8em" />
              </div>
            </div>
            <SkeletonText lines={place % 2 === 0 ? 2 : 3} />
            {place % 2 === 0 && <Skeleton height="16rem" radius="0.625rem" />}
          </div>
        ))}
      </div>
    </Loading>
  )
}
