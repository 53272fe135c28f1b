import { z } from 'zod'
import type { LiveEvent, ReadStatement } from '../live/index.ts'
import type { AccountId, CommentId, PostId } from '../platform/ids.ts'
import type { SharedPostView } from './views.ts'

/**
 * What the stream tells of the timeline. The actor is always the author of the post: who hides that person hears nothing of the post and
 * of what happens under it. What is told of comments and likes is ids and absolute counts, never words or names, so it tells nothing
 * of people whom a listener hides.
 */

export function postCreated(author: AccountId, post: SharedPostView): LiveEvent {
  return { topic: 'timeline', type: 'post.created', actor: author, data: { post } }
}

export function postUpdated(author: AccountId, post: SharedPostView): LiveEvent {
  return { topic: 'timeline', type: 'post.updated', actor: author, data: { post } }
}

export function postDeleted(author: AccountId, id: PostId): LiveEvent {
  return { topic: 'timeline', type: 'post.deleted', actor: author, data: { post: String(id) } }
}

type CommentChange = 'comment.created' | 'comment.updated' | 'comment.deleted'

export function commentChanged(
  type: CommentChange,
  post: { id: PostId; author: AccountId; commentCount: number },
  comment: CommentId,
): LiveEvent {
  const data = { post: String(post.id), comment: String(comment), commentCount: post.commentCount }
  return { topic: 'timeline', type, actor: post.author, data }
}

export function likesChanged(post: { id: PostId; author: AccountId; likeCount: number }): LiveEvent {
  const data = { post: String(post.id), likeCount: post.likeCount }
  return { topic: 'timeline', type: 'likes.changed', actor: post.author, data }
}

const shownPost = z.object({ post: z.object({ id: z.string() }) })
const deletedPost = z.object({ post: z.string() })

/** Words that were taken back or changed are not read in older events. Counts and ids tell nothing of what was said. */
export const readPostStatement: ReadStatement = ({ type, data }) => {
  switch (type) {
    case 'post.created':
    case 'post.updated': {
      const shown = shownPost.safeParse(JSON.parse(data)).data
      return shown && { shows: subjectOf(shown.post.id) }
    }
    case 'post.deleted': {
      const deleted = deletedPost.safeParse(JSON.parse(data)).data
      return deleted && { ends: [subjectOf(deleted.post)] }
    }
    default:
      return undefined
  }
}

function subjectOf(post: string): string {
  return `post:${post}`
}
