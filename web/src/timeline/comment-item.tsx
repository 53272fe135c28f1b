import { useId, useMemo, useState } from 'preact/hooks'
import { ApiProblem } from '../api/problem.ts'
import type { Comment, Post } from '../api/types.ts'
import { api, me } from '../shell/session.ts'
import { format, problemText } from '../text/index.ts'
import { confirm } from '../ui/confirm.tsx'
import { Menu } from '../ui/menu.tsx'
import type { MenuItem } from '../ui/menu.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { toast } from '../ui/toast-state.ts'
import { editDrafts } from './comment-draft.ts'
import type { CommentDrafts } from './comment-draft.ts'
import { CommentPlace } from './comment-place.tsx'
import type { Comments } from './comments.ts'
import { nameOf, PersonLine } from './person-line.tsx'
import { RichText } from './rich-text.tsx'
import { Unsent } from './unsent-comments.tsx'
import { text } from './comment-text.ts'
import { text as postText } from './text.ts'

export interface CommentItemProps {
  comment: Comment
  comments: Comments
  post: Post
}

/** A comment: its author edits; its author, the author of the post and admins delete. */
export function CommentItem({ comment, comments, post }: CommentItemProps) {
  const drafts = useEditDrafts(comment, post)
  const [editing, setEditing] = useState<'asked' | 'kept' | undefined>(() => {
    // It was saved, and its answer did not come.
    drafts?.said(comment.text)
    // What was begun and not saved is gone on with, unless it was made of other words than these.
    const { text: kept, start = comment.text } = drafts?.read() ?? { text: '' }
    return kept !== '' && start === comment.text ? 'kept' : undefined
  })
  const nameId = useId()
  return (
    <article class="comment" id={`comment-${comment.id}`} tabIndex={-1} aria-labelledby={nameId}>
      <header class="post-head">
        <PersonLine person={comment.author} size="small" id={nameId}>
          <span class="post-fact">
            <RelativeTime at={comment.createdAt} />
          </span>
          {comment.editedAt !== undefined && (
            <span class="post-fact" title={postText.value.editedAt(format.value.dateTime(comment.editedAt))}>
              {postText.value.edited}
            </span>
          )}
        </PersonLine>
        <CommentMenu comment={comment} comments={comments} post={post} onEdit={() => setEditing('asked')} />
      </header>
      <div class="comment-body">
        {editing !== undefined ? (
          <CommentPlace
            label={text.value.editComment}
            verb={postText.value.save}
            start={comment.text}
            hasFocus={editing === 'asked'}
            {...(drafts && { drafts })}
            send={async (words) => comments.put(await api.timeline.editComment(comment.id, words))}
            onClose={() => setEditing(undefined)}
          />
        ) : (
          <>
            <RichText text={comment.text} mentions={comment.mentions} isFoldable />
            {drafts && <Unsent drafts={drafts} />}
          </>
        )}
      </div>
    </article>
  )
}

/** Where what I make of a comment of mine is kept; undefined for those of others. */
function useEditDrafts({ id, author }: Comment, post: Post): CommentDrafts | undefined {
  const mine = author?.id === me.value?.id ? author?.id : undefined
  return useMemo(() => (mine ? editDrafts(mine, { post: post.id, comment: id }) : undefined), [mine, post.id, id])
}

function CommentMenu({ comment, comments, post, onEdit }: CommentItemProps & { onEdit: () => void }) {
  const id = me.value?.id
  const isMine = comment.author !== null && comment.author.id === id
  const mayDelete = isMine || post.author?.id === id || me.value?.role === 'admin'
  const items: MenuItem[] = []
  if (isMine) items.push({ label: postText.value.edit, icon: 'edit', onSelect: onEdit })
  if (mayDelete) {
    const onSelect = (): void => void remove(comment, { comments, post })
    items.push({ label: postText.value.delete, icon: 'trash', isDangerous: true, onSelect })
  }
  if (items.length === 0) return null
  return <Menu label={text.value.moreComment(nameOf(comment.author))} items={items} />
}

async function remove({ id }: Comment, { comments, post }: { comments: Comments; post: Post }): Promise<void> {
  const { deleteComment, deleteCommentText, commentDeleted } = text.value
  const { delete: yes } = postText.value
  if (!(await confirm({ title: deleteComment, body: deleteCommentText, yes, isDangerous: true }))) return
  try {
    await api.timeline.removeComment(id)
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error
    if (error.code !== 'not_found') return toast({ text: problemText(error), tone: 'danger' })
  }
  editDrafts(me.value?.id ?? '', { post: post.id, comment: id }).keep({ text: '' })
  comments.drop(id)
  toast({ text: commentDeleted })
}
