import type { Viewer } from '../platform/http/viewer.ts'
import type { PostId } from '../platform/ids.ts'
import { lockVisiblePost } from './access.ts'
import { likesChanged } from './events.ts'
import { deleteLike, insertLike, isLikedBy } from './like-store.ts'
import type { TimelineParts } from './route-parts.ts'
import { setCounts } from './store.ts'
import { excerptOf } from './text.ts'

export interface Liking {
  likeCount: number
  isLiked: boolean
}

/**
 * The row of the post is taken first, so that those who like one post at once wait in one line: the count is exact, and nobody
 * can be in another's way with two locks. Who likes it already changes nothing. Error: `not_found`.
 */
export async function like(parts: TimelineParts, viewer: Viewer, id: PostId): Promise<Liking> {
  const relations = await parts.people.relationsOf(viewer.account)
  return parts.live.transaction(async (trx, tell) => {
    const post = await lockVisiblePost(trx, relations, id)
    if (await isLikedBy(trx, id, viewer.account)) return { likeCount: post.likeCount, isLiked: true }
    const likeCount = post.likeCount + 1
    await insertLike(trx, id, viewer.account)
    await setCounts(trx, id, { likeCount })
    tell(likesChanged({ ...post, likeCount }))
    const notice = { to: post.author, from: viewer.account, post: id, excerpt: excerptOf(post.text) }
    await parts.notifications.notify(trx, tell, [{ type: 'like', ...notice }])
    return { likeCount, isLiked: true }
  })
}

/** Error: `not_found`. */
export async function unlike(parts: TimelineParts, viewer: Viewer, id: PostId): Promise<Liking> {
  const relations = await parts.people.relationsOf(viewer.account)
  return parts.live.transaction(async (trx, tell) => {
    const post = await lockVisiblePost(trx, relations, id)
    if (!(await deleteLike(trx, id, viewer.account))) return { likeCount: post.likeCount, isLiked: false }
    const likeCount = post.likeCount - 1
    await setCounts(trx, id, { likeCount })
    tell(likesChanged({ ...post, likeCount }))
    const what = { type: 'like' as const, to: post.author, from: viewer.account, post: id }
    await parts.notifications.withdraw(trx, tell, what)
    return { likeCount, isLiked: false }
  })
}
