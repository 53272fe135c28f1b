import type { Relations } from '../people/index.ts'
import { Problem } from '../platform/errors.ts'
import { hasRole } from '../platform/http/viewer.ts'
import type { Viewer } from '../platform/http/viewer.ts'
import type { PostId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import { commentById } from './comment-store.ts'
import type { Comment } from './comment-store.ts'
import type { Post } from './post.ts'
import type { TimelineParts } from './route-parts.ts'
import { lockPost, postById } from './store.ts'

/** Somebody, and how they stand to others. */
export interface Asker {
  viewer: Viewer
  relations: Pick<Relations, 'blocked'>
}

/** A post, or a comment under it. */
export interface Target {
  post: Post
  comment?: Comment
}

/** `answer`: like it, or say something under it. */
export type Action = 'read' | 'answer' | 'edit' | 'delete'

/**
 * The one place that says who may do what on the timeline. A block keeps two people from what each of them says; it shields nobody from
 * admins, and nothing from being deleted by those whose it is.
 */
export function can({ viewer, relations }: Asker, action: Action, { post, comment }: Target): boolean {
  const isAdmin = hasRole(viewer, 'admin')
  const authors = comment === undefined ? [post.author] : [post.author, comment.author]
  const isKeptAway = authors.some((author) => relations.blocked.has(author))
  switch (action) {
    case 'read':
      return isAdmin || !isKeptAway
    case 'answer':
      return !isKeptAway
    case 'edit':
      return !isKeptAway && viewer.account === (comment ?? post).author
    case 'delete':
      return isAdmin || authors.includes(viewer.account)
    default:
      return action satisfies never
  }
}

/** Errors: `not_found` for what the asker may not read either, else `forbidden`. */
export function requireCan(asker: Asker, action: Action, target: Target): void {
  if (!can(asker, action, target)) throw new Problem(can(asker, 'read', target) ? 'forbidden' : 'not_found')
}

/** By one query. */
export async function askerFrom(parts: Pick<TimelineParts, 'people'>, viewer: Viewer): Promise<Asker> {
  return { viewer, relations: await parts.people.relationsOf(viewer.account) }
}

/** Errors: `not_found`, `forbidden`. */
export async function postFor(sql: Sql, asker: Asker, action: Action, id: PostId): Promise<Post> {
  return requirePost(await postById(sql, id), asker, action)
}

/** The same, held until the transaction ends: whatever happens to a post takes its row first. */
export async function lockPostFor(trx: Sql, asker: Asker, action: Action, id: PostId): Promise<Post> {
  return requirePost(await lockPost(trx, id), asker, action)
}

function requirePost(post: Post | undefined, asker: Asker, action: Action): Post {
  if (post === undefined) throw new Problem('not_found')
  requireCan(asker, action, { post })
  return post
}

/** A comment as it stands once the row of its post is held. Errors: `not_found`, `forbidden`. */
export async function lockCommentFor(
  trx: Sql,
  asker: Asker,
  action: Action,
  { id, post: postId }: Pick<Comment, 'id' | 'post'>,
): Promise<{ post: Post; comment: Comment }> {
  const post = await lockPost(trx, postId)
  const comment = await commentById(trx, id)
  if (post === undefined || comment === undefined) throw new Problem('not_found')
  requireCan(asker, action, { post, comment })
  return { post, comment }
}
