import type { Profile } from '../accounts/index.ts'
import type { PutOnRecord } from '../audit/index.ts'
import type { Tell } from '../live/index.ts'
import type { Once } from '../platform/http/route.ts'
import type { Viewer } from '../platform/http/viewer.ts'
import type { AccountId, PostId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import { askerFrom, lockPostFor, postFor } from './access.ts'
import { deleteCommentsOf } from './comment-store.ts'
import { postCreated, postDeleted, postUpdated } from './events.ts'
import { deleteLikesOf, isLikedBy } from './like-store.ts'
import { mentionsOf } from './mentions.ts'
import { claimPictures, exchangePictures, releasePictures } from './pictures.ts'
import type { NewPost, Post, PostChanges } from './post.ts'
import { presentShared } from './presenting.ts'
import type { RenderedParts, TimelineParts } from './route-parts.ts'
import { isRewritten, revise } from './revision.ts'
import * as store from './store.ts'
import { areaKey } from './text.ts'
import { peopleIn } from './views.ts'
import type { PostView } from './views.ts'
import { findWording, keysOf } from './wording.ts'

type Profiles = ReadonlyMap<AccountId, Profile>

/** Error: `bad_input` for pictures that cannot be had. */
export async function createPost(parts: TimelineParts, author: Viewer, draft: NewPost, once: Once) {
  const found = await findWording(parts, draft.text, await parts.people.relationsOf(author.account))
  const profiles = await parts.accounts.profiles([author.account, ...found.mentions])
  return parts.live.transaction(async (trx, tell) => {
    const id = await store.insertPost(trx, {
      ...found,
      author: author.account,
      kind: 'plain',
      text: draft.text,
      area: draft.area,
      areaKey: draft.area === undefined ? undefined : areaKey(draft.area),
      pictureCount: draft.pictures.length,
    })
    await claimPictures(parts, trx, { id, author: author.account }, draft.pictures)
    await store.putPictures(trx, id, draft.pictures)
    await store.putTags(trx, id, author.account, keysOf(found.tags))
    await store.changePostCount(trx, author.account, 1)
    const { post, view } = await written(parts, trx, id, profiles)
    tell(postCreated(author.account, view))
    await parts.notifications.notify(trx, tell, mentionsOf(post, { from: author.account, post: id, known: [] }))
    const body = { ...view, isLiked: false }
    const answer = { status: 201 as const, body, headers: { location: `/v1/posts/${id}` } }
    await once.settle(trx, answer)
    return answer
  })
}

/** What is as it was is not marked as edited. Errors: `not_found`, `forbidden`, `bad_input`. */
export async function editPost(
  parts: TimelineParts,
  editor: Viewer,
  id: PostId,
  changes: PostChanges,
): Promise<PostView> {
  const asker = await askerFrom(parts, editor)
  const before = await postFor(parts.sql, asker, 'edit', id)
  const found = changes.text === undefined ? undefined : await findWording(parts, changes.text, asker.relations)
  const profiles = await parts.accounts.profiles([...peopleIn([before]), ...(found?.mentions ?? [])])
  return parts.changePost(id, async (trx, tell) => {
    const post = await lockPostFor(trx, asker, 'edit', id)
    const isChanged = await rewrite(parts, trx, post, { ...changes, found })
    const { post: now, view } = await written(parts, trx, id, profiles)
    if (isChanged) {
      tell(postUpdated(now.author, view))
      const notices = mentionsOf(now, { from: now.author, post: id, known: post.mentions })
      await parts.notifications.notify(trx, tell, notices)
    }
    return { ...view, isLiked: await isLikedBy(trx, id, editor.account) }
  })
}

async function rewrite(
  parts: TimelineParts,
  trx: Sql,
  post: Post,
  changes: PostChanges & { found: { tags: string[]; mentions: AccountId[] } | undefined },
): Promise<boolean> {
  const pictures = (await store.picturesOf(trx, [post.id])).get(post.id) ?? []
  const revised = revise({ post, pictures }, changes)
  if (!isRewritten({ post, pictures }, revised)) return false
  await store.rewritePost(trx, post.id, revised)
  await exchangePictures(parts, trx, post, { from: pictures, to: revised.pictures })
  await store.clearTags(trx, post.id)
  await store.putTags(trx, post.id, post.author, keysOf(revised.tags))
  return true
}

/** All rows in one transaction; the files of its pictures go after that. Errors: `not_found`, `forbidden`. */
export async function removePost(parts: TimelineParts, viewer: Viewer, id: PostId, record: PutOnRecord): Promise<void> {
  const asker = await askerFrom(parts, viewer)
  await parts.changePost(id, async (trx, tell) => {
    const post = await lockPostFor(trx, asker, 'delete', id)
    await releasePictures(parts, trx, id, (await store.picturesOf(trx, [id])).get(id) ?? [])
    await deleteCommentsOf(trx, id)
    await deleteLikesOf(trx, id)
    await store.deletePost(trx, id)
    await store.changePostCount(trx, post.author, -1)
    await parts.notifications.forget(trx, tell, { post: id })
    if (post.author !== viewer.account) {
      await record(trx, { action: 'post.deleted', account: post.author, subject: `post:${id}` })
    }
    tell(postDeleted(post.author, id))
  })
}

/** Tells that a picture of a post looks different now. A post that is gone says nothing. */
export async function pictureRendered(parts: RenderedParts, trx: Sql, tell: Tell, id: PostId): Promise<void> {
  const post = await store.lockPost(trx, id)
  if (post === undefined) return
  const profiles = await parts.accounts.profiles(peopleIn([post]), trx)
  tell(postUpdated(post.author, await presentShared(parts, trx, post, profiles)))
}

async function written(parts: TimelineParts, trx: Sql, id: PostId, profiles: Profiles) {
  const post = await store.postById(trx, id)
  if (post === undefined) throw new Error(`post ${id} is gone under its own lock`)
  return { post, view: await presentShared(parts, trx, post, profiles) }
}
