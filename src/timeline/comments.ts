import { z } from 'zod'
import type { PutOnRecord } from '../audit/index.ts'
import type { Notice } from '../notifications/index.ts'
import { Problem } from '../platform/errors.ts'
import type { Once } from '../platform/http/route.ts'
import type { Viewer } from '../platform/http/viewer.ts'
import type { AccountId, CommentId, PostId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import { askerFrom, lockCommentFor, lockPostFor, postFor } from './access.ts'
import * as store from './comment-store.ts'
import type { Comment } from './comment-store.ts'
import { commentChanged } from './events.ts'
import { mentionsOf } from './mentions.ts'
import type { Post } from './post.ts'
import type { TimelineParts } from './route-parts.ts'
import { postById, setCounts } from './store.ts'
import { excerptOf, spokenTextOf } from './text.ts'
import { peopleIn, presentComment } from './views.ts'
import type { CommentView } from './views.ts'
import { findWording } from './wording.ts'

const mostText = 2000

export const newComment = z.strictObject({ text: spokenTextOf(mostText) })

/** Errors: `not_found`; `forbidden` for an admin who sees the post in spite of a block. */
export async function createComment(
  parts: TimelineParts,
  author: Viewer,
  said: { post: PostId; text: string },
  once: Once,
) {
  const asker = await askerFrom(parts, author)
  const { mentions } = await findWording(parts, said.text, asker.relations)
  const unreachable = await keptFrom(parts, said.post, mentions)
  const profiles = await parts.accounts.profiles([author.account, ...mentions])
  return parts.changePost(said.post, async (trx, tell) => {
    const post = await lockPostFor(trx, asker, 'answer', said.post)
    const id = await store.insertComment(trx, { ...said, author: author.account, mentions })
    const commentCount = post.commentCount + 1
    await setCounts(trx, post.id, { commentCount })
    const comment = await written(trx, id)
    tell(commentChanged('comment.created', { ...post, commentCount }, id))
    await parts.notifications.notify(trx, tell, noticesOf(post, comment, unreachable))
    const answer = {
      status: 201 as const,
      body: presentComment(comment, profiles),
      headers: { location: `/v1/comments/${id}` },
    }
    await once.settle(trx, answer)
    return answer
  })
}

/** As it stands in the list under its post. Error: `not_found`, also for whom the reader hides. */
export async function readComment(parts: TimelineParts, viewer: Viewer, id: CommentId): Promise<CommentView> {
  const relations = await parts.people.relationsOf(viewer.account)
  const comment = await store.commentById(parts.sql, id)
  if (comment === undefined || relations.hidden.has(comment.author)) throw new Problem('not_found')
  await postFor(parts.sql, { viewer, relations }, 'read', comment.post)
  return presentComment(comment, await parts.accounts.profiles(peopleIn([comment])))
}

/** The author of the post hears of the comment, and not once more for being mentioned in it. */
function noticesOf(post: Post, comment: Comment, unreachable: ReadonlySet<AccountId>): Notice[] {
  const from = comment.author
  const excerpt = excerptOf(comment.text)
  return [
    { type: 'comment', to: post.author, from, post: post.id, comment: comment.id, excerpt },
    ...mentionsOf(comment, { from, post: post.id, comment: comment.id, known: [post.author, ...unreachable] }),
  ]
}

/** To whom the post is not there, because of a block with its author: a mention under it must not tell them of it. */
async function keptFrom(
  parts: TimelineParts,
  id: PostId,
  mentions: readonly AccountId[],
): Promise<ReadonlySet<AccountId>> {
  const post = mentions.length === 0 ? undefined : await postById(parts.sql, id)
  return post === undefined ? new Set() : (await parts.people.relationsOf(post.author)).blocked
}

/** What is as it was is not marked as edited. Errors: `not_found`, `forbidden`. */
export async function editComment(
  parts: TimelineParts,
  editor: Viewer,
  id: CommentId,
  text: string,
): Promise<CommentView> {
  const asker = await askerFrom(parts, editor)
  const before = await existing(parts.sql, id)
  const { mentions } = await findWording(parts, text, asker.relations)
  const unreachable = await keptFrom(parts, before.post, mentions)
  const profiles = await parts.accounts.profiles([editor.account, ...mentions])
  return parts.changePost(before.post, async (trx, tell) => {
    const { post, comment } = await lockCommentFor(trx, asker, 'edit', before)
    if (comment.text === text) return presentComment(comment, profiles)
    await store.rewriteComment(trx, id, { text, mentions })
    const now = await written(trx, id)
    tell(commentChanged('comment.updated', post, id))
    const known = [post.author, ...comment.mentions, ...unreachable]
    const notices = mentionsOf(now, { from: now.author, post: post.id, comment: id, known })
    await parts.notifications.notify(trx, tell, notices)
    return presentComment(now, profiles)
  })
}

/** The author of the comment, the author of the post, or an admin. Errors: `not_found`, `forbidden`. */
export async function removeComment(
  parts: TimelineParts,
  viewer: Viewer,
  id: CommentId,
  record: PutOnRecord,
): Promise<void> {
  const asker = await askerFrom(parts, viewer)
  const before = await existing(parts.sql, id)
  await parts.changePost(before.post, async (trx, tell) => {
    const { post, comment } = await lockCommentFor(trx, asker, 'delete', before)
    await store.deleteComment(trx, id)
    const commentCount = post.commentCount - 1
    await setCounts(trx, post.id, { commentCount })
    await parts.notifications.forget(trx, tell, { comment: id })
    if (![post.author, comment.author].includes(viewer.account)) {
      const facts = { post: String(post.id) }
      await record(trx, { action: 'comment.deleted', account: comment.author, subject: `comment:${id}`, facts })
    }
    tell(commentChanged('comment.deleted', { ...post, commentCount }, id))
  })
}

async function existing(sql: Sql, id: CommentId): Promise<Comment> {
  const comment = await store.commentById(sql, id)
  if (comment === undefined) throw new Problem('not_found')
  return comment
}

async function written(trx: Sql, id: CommentId): Promise<Comment> {
  const comment = await store.commentById(trx, id)
  if (comment === undefined) throw new Error(`comment ${id} is gone under the lock of its post`)
  return comment
}
