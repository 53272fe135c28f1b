import './comment-list.css'
import { useLocation } from 'preact-iso/router'
import { useEffect, useMemo } from 'preact/hooks'
import { api, me } from '../shell/session.ts'
import { Button } from '../ui/button.tsx'
import { Segmented } from '../ui/choices.tsx'
import { Loading, SkeletonText } from '../ui/skeleton.tsx'
import { ErrorLine } from '../ui/states.tsx'
import { commentDrafts } from './comment-draft.ts'
import { CommentItem } from './comment-item.tsx'
import { CommentPlace } from './comment-place.tsx'
import { Comments } from './comments.ts'
import type { Entry } from './posts.ts'
import { text } from './comment-text.ts'
import { text as postText } from './text.ts'
import { posts } from './timeline-state.ts'
import { UnsentEdits } from './unsent-comments.tsx'

/** The comments of a post, live, and where one is written. */
export function CommentList({ entry }: { entry: Entry }) {
  const { post } = entry.value
  const account = me.value?.id
  const drafts = useMemo(() => account && commentDrafts(account, post.id), [account, post.id])
  const comments = useComments(post.id)
  useTarget(comments)
  const items = comments.items.value
  const isReady = comments.state.value === 'ready'
  const problem = comments.problem.value
  const isNewestFirst = comments.order.value === 'newest'
  // It stands where the next comment will appear.
  const form = (
    <CommentPlace
      key="form"
      label={text.value.commentLabel}
      verb={text.value.comment}
      {...(drafts && { drafts })}
      send={async (words, key) => comments.put(await api.timeline.comment(post.id, words, key))}
    />
  )
  return (
    <section class="comments" id="comments" aria-labelledby="comments-title">
      <header class="comments-head">
        <h2 id="comments-title" tabIndex={-1}>
          {text.value.commentsTitle}
        </h2>
        {(items.length > 1 || isNewestFirst) && (
          <Segmented
            label={text.value.order}
            isLabelHidden
            choices={[
              { value: 'oldest', label: text.value.oldest },
              { value: 'newest', label: text.value.newest },
            ]}
            value={comments.order.value}
            onChoose={(order) => void comments.begin(order)}
          />
        )}
      </header>
      {isNewestFirst && form}
      {isReady && items.length === 0 && (
        <p class="comments-none">
          {text.value.noComments} – {text.value.noCommentsText}
        </p>
      )}
      <ol class="comments-items">
        {items.map((comment) => (
          <li key={comment.id}>
            <CommentItem comment={comment} comments={comments} post={post} />
          </li>
        ))}
      </ol>
      {account && <UnsentEdits account={account} post={post.id} comments={comments} />}
      {items.length === 0 && !isReady && problem === undefined && (
        <Loading>
          <SkeletonText lines={4} />
        </Loading>
      )}
      {problem !== undefined && (
        <ErrorLine problem={problem} onRecovery={() => void comments.again()}>
          <Button size="small" isBusy={comments.state.value === 'reading'} onClick={() => void comments.again()}>
            {postText.value.more}
          </Button>
        </ErrorLine>
      )}
      {comments.hasMore.value && problem === undefined && (
        <Button isWide isBusy={comments.state.value === 'reading'} onClick={() => void comments.more()}>
          {text.value.moreComments}
        </Button>
      )}
      {!isNewestFirst && form}
    </section>
  )
}

function useComments(post: string): Comments {
  const comments = useMemo(() => new Comments({ post, api: api.timeline }), [post])
  useEffect(() => {
    // Heard before it is read: nothing falls between the two.
    const leave = posts.add(comments)
    void comments.begin()
    return leave
  }, [comments])
  return comments
}

/** Whoever comes for the comments, or for one of them (`#comment-…`), is led there once it is read; a comment that is gone leads to them all. */
function useTarget(comments: Comments): void {
  const { url } = useLocation()
  useEffect(() => {
    const { hash } = location
    if (!hash.startsWith('#comment')) return undefined
    let hasLeft = false
    const come = async (): Promise<void> => {
      const isThere = await comments.reach(hash.slice('#comment-'.length))
      // Drawn by the next frame.
      if (!hasLeft) requestAnimationFrame(() => lead(isThere ? hash.slice(1) : 'comments-title'))
    }
    void come()
    return () => {
      hasLeft = true
    }
  }, [comments, url])
}

function lead(id: string): void {
  const target = document.getElementById(id)
  target?.scrollIntoView({ block: id === 'comments-title' ? 'start' : 'center' })
  target?.focus({ preventScroll: true })
}
