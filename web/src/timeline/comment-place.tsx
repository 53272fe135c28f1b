import { LaterPart } from '../shell/later-part.tsx'
import { createLater } from '../ui/later.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import type { CommentFormProps } from './comment-form.tsx'

const commentForm = createLater(() => import('./comment-form.tsx').then((module) => module.CommentForm))

/** Where a comment is written. What one writes with comes after the post: nobody waits for it to read. */
export function CommentPlace(props: CommentFormProps) {
  return (
    <div class="comment-place">
      <LaterPart later={commentForm} props={props}>
        <Skeleton height="var(--target)" radius="var(--radius)" />
      </LaterPart>
    </div>
  )
}
