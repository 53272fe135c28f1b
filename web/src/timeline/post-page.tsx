import './post-page.css'
import { useEffect, useMemo } from 'preact/hooks'
import { useLocation, useRoute } from 'preact-iso/router'
import { Page } from '../shell/page.tsx'
import { api, me } from '../shell/session.ts'
import { LinkButton } from '../ui/button.tsx'
import { EmptyState, ErrorState } from '../ui/states.tsx'
import { CommentList } from './comment-list.tsx'
import { OnePost } from './one-post.ts'
import { nameOf } from './person-line.tsx'
import { PostCard } from './post-card.tsx'
import { PostEditing } from './post-editing.tsx'
import { PostSkeletons } from './post-list.tsx'
import { text } from './text.ts'
import { posts } from './timeline-state.ts'
import { UnsentOfPost } from './unsent-comments.tsx'

/** A post by its address, with its comments. */
export function PostPage() {
  const id = useRoute().params['id'] ?? ''
  return (
    <PostEditing key={id}>
      <PostOf id={id} />
    </PostEditing>
  )
}

function PostOf({ id }: { id: string }) {
  const { route } = useLocation()
  const one = useOnePost(id)
  const entry = one.entry.value
  if (one.isGone.value) return <Gone id={id} />
  const title = entry === undefined ? text.value.title : text.value.postTitle(nameOf(entry.value.post.author))
  return (
    <Page title={title} isTitleHidden>
      <a class="post-page-back" href="/">
        ← {text.value.toTimeline}
      </a>
      {entry !== undefined && (
        <>
          <PostCard entry={entry} isAlone onDeleted={() => route('/', true)} />
          <CommentList entry={entry} />
        </>
      )}
      {entry === undefined && one.problem.value === undefined && <PostSkeletons count={1} />}
      {entry === undefined && one.problem.value !== undefined && (
        <ErrorState problem={one.problem.value} onRetry={() => one.read()} />
      )}
    </Page>
  )
}

function useOnePost(id: string): OnePost {
  const one = useMemo(() => new OnePost({ id, posts, ask: (post) => api.timeline.post(post) }), [id])
  useEffect(() => {
    const leave = posts.add(one)
    void one.read()
    return leave
  }, [one])
  return one
}

function Gone({ id }: { id: string }) {
  const { gone, goneText, toTimeline } = text.value
  return (
    <Page title={gone} isTitleHidden>
      <EmptyState
        icon="leaf"
        title={gone}
        action={
          <LinkButton href="/" look="main">
            {toTimeline}
          </LinkButton>
        }
      >
        {goneText}
      </EmptyState>
      <UnsentOfPost account={me.value?.id ?? ''} post={id} />
    </Page>
  )
}
