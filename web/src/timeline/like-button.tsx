import { useState } from 'preact/hooks'
import { ApiProblem } from '../api/problem.ts'
import { format, problemText } from '../text/index.ts'
import { Icon } from '../ui/icon.tsx'
import { toast } from '../ui/toast-state.ts'
import { VisuallyHidden } from '../ui/visually-hidden.tsx'
import { laterDialog } from '../ui/later.tsx'
import { wishLike } from './liking.ts'
import { likesOf } from './posts.ts'
import type { Entry } from './posts.ts'
import { text } from './text.ts'
import { likingParts } from './timeline-state.ts'

const LikersDialog = laterDialog(() => import('./likers-dialog.tsx').then((module) => module.LikersDialog))

/** Likes a post, answering at once; the count beside it says who else does. */
export function LikeButton({ entry }: { entry: Entry }) {
  const [isAsked, setAsked] = useState(false)
  const { isLiked, count } = likesOf(entry.value)
  return (
    <span class="post-like" data-liked={isLiked || undefined}>
      <button
        type="button"
        class="post-action"
        aria-pressed={isLiked}
        aria-label={text.value.like(count)}
        onClick={() => void like(entry, !isLiked)}
      >
        <Icon name="heart" isFilled={isLiked} />
      </button>
      {count > 0 && (
        <button
          type="button"
          class="post-action post-count"
          title={text.value.likersTitle}
          aria-haspopup="dialog"
          onClick={() => setAsked(true)}
        >
          <span aria-hidden="true">{format.value.compact(count)}</span>
          <VisuallyHidden>{text.value.likers(count)}</VisuallyHidden>
        </button>
      )}
      {isAsked && <LikersDialog post={entry.value.post.id} onClose={() => setAsked(false)} />}
    </span>
  )
}

async function like(entry: Entry, isLiked: boolean): Promise<void> {
  try {
    await wishLike(likingParts, entry, isLiked)
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error
    const { likeFailed, unlikeFailed } = text.value
    toast({ text: `${isLiked ? likeFailed : unlikeFailed} ${problemText(error)}`, tone: 'danger' })
  }
}
