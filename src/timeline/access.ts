import type { Relations } from '../people/index.ts'
import { Problem } from '../platform/errors.ts'
import { hasRole } from '../platform/http/viewer.ts'
import type { Viewer } from '../platform/http/viewer.ts'
import type { AccountId, PostId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Comment } from './comment-store.ts'
import type { Post } from './post.ts'
import { lockPost, postById } from './store.ts'

/** The one place that says who may see and do what on the timeline. */

/** Errors: `not_found`, also when the author and the viewer have blocked each other. */
export async function visiblePost(sql: Sql, relations: Relations, id: PostId): Promise<Post> {
  return requireVisible(await postById(sql, id), relations)
}

/** The same, held until the transaction ends: whatever happens to a post takes its row first. */
export async function lockVisiblePost(trx: Sql, relations: Relations, id: PostId): Promise<Post> {
  return requireVisible(await lockPost(trx, id), relations)
}

function requireVisible(post: Post | undefined, relations: Relations): Post {
  if (post === undefined || relations.blocked.has(post.author)) throw new Problem('not_found')
  return post
}

/** A comment is where its post is, unless its author and the viewer have blocked each other. Error: `not_found`. */
export function requireVisibleComment(comment: Comment | undefined, relations: Relations): Comment {
  if (comment === undefined || relations.blocked.has(comment.author)) throw new Problem('not_found')
  return comment
}

/** Error: `forbidden`. */
export function requireAuthor(viewer: Viewer, author: AccountId): void {
  if (viewer.account !== author) throw new Problem('forbidden')
}

/** Who may delete: these people, and admins. Error: `forbidden`. */
export function requireOneOf(viewer: Viewer, owners: readonly AccountId[]): void {
  if (!owners.includes(viewer.account) && !hasRole(viewer, 'admin')) throw new Problem('forbidden')
}
