import { z } from 'zod'
import { teller } from '../live/index.ts'
import type { LiveEvent, ReadStatement } from '../live/index.ts'
import type { AccountId, CommentId, PostId } from '../platform/ids.ts'
import { sharedPostView } from './views.ts'
import type { SharedPostView } from './views.ts'

/**
 * What the stream tells of the timeline. The actor is always the author of the post: who hides that person hears nothing of the post and
 * of what happens under it. What is told of comments and likes is ids and absolute counts, never words or names, so it tells nothing
 * of people whom a listener hides.
 */

const postId = z.string().describe('Id of the post')
const asShown = z.strictObject({ post: sharedPostView })
const comment = z.strictObject({
  post: postId,
  comment: z.string().describe('Id of the comment: fetch it where it is shown'),
  commentCount: z.int().describe('Absolute'),
})

export const timelineEvents = {
  'post.created': asShown.describe('Somebody posted; the post as everybody sees it, without `isLiked`'),
  'post.updated': asShown.describe('A post as it is now: its words were changed, or files of its pictures are there'),
  'post.deleted': z
    .strictObject({ post: postId })
    .describe('A post is gone, perhaps one that this client never heard of'),
  'comment.created': comment.describe('Somebody commented'),
  'comment.updated': comment.describe('A comment has other words'),
  'comment.deleted': comment.describe('A comment is gone'),
  'likes.changed': z
    .strictObject({ post: postId, likeCount: z.int().describe('Absolute') })
    .describe('Somebody likes a post, or does no more'),
}

const tell = teller<typeof timelineEvents>('timeline')

export function postCreated(author: AccountId, post: SharedPostView): LiveEvent {
  return tell('post.created', { post }, { actor: author })
}

export function postUpdated(author: AccountId, post: SharedPostView): LiveEvent {
  return tell('post.updated', { post }, { actor: author })
}

export function postDeleted(author: AccountId, id: PostId): LiveEvent {
  return tell('post.deleted', { post: String(id) }, { actor: author })
}

type CommentChange = 'comment.created' | 'comment.updated' | 'comment.deleted'

export function commentChanged(
  type: CommentChange,
  post: { id: PostId; author: AccountId; commentCount: number },
  id: CommentId,
): LiveEvent {
  const data = { post: String(post.id), comment: String(id), commentCount: post.commentCount }
  return tell(type, data, { actor: post.author })
}

export function likesChanged(post: { id: PostId; author: AccountId; likeCount: number }): LiveEvent {
  return tell('likes.changed', { post: String(post.id), likeCount: post.likeCount }, { actor: post.author })
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
