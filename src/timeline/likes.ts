import { Problem } from '../platform/errors.ts'
import type { Viewer } from '../platform/http/viewer.ts'
import type { PostId } from '../platform/ids.ts'
import { askerFrom, lockPostFor, requireCan } from './access.ts'
import { likesChanged } from './events.ts'
import { deleteLike, insertLike, isLikedBy } from './like-store.ts'
import type { TimelineParts } from './route-parts.ts'
import { lockPost, setCounts } from './store.ts'
import { excerptOf } from './text.ts'

export interface Liking {
  likeCount: number
  isLiked: boolean
}

/**
 * The row of the post is taken first, so that those who like one post at once wait in one line: the count is exact, and nobody
 * can be in another's way with two locks. Who likes it already changes nothing. Errors: `not_found`; `forbidden` for an admin who
 * sees the post in spite of a block.
 */
export async function like(parts: TimelineParts, viewer: Viewer, id: PostId): Promise<Liking> {
  const asker = await askerFrom(parts, viewer)
  return parts.changePost(id, async (trx, tell) => {
    const post = await lockPostFor(trx, asker, 'answer', id)
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

/** One's own like can be taken back whatever stands between the two. Error: `not_found`, without one, for who may not see the post. */
export async function unlike(parts: TimelineParts, viewer: Viewer, id: PostId): Promise<Liking> {
  const asker = await askerFrom(parts, viewer)
  return parts.changePost(id, async (trx, tell) => {
    const post = await lockPost(trx, id)
    if (post === undefined) throw new Problem('not_found')
    if (!(await deleteLike(trx, id, viewer.account))) {
      requireCan(asker, 'read', { post })
      return { likeCount: post.likeCount, isLiked: false }
    }
    const likeCount = post.likeCount - 1
    await setCounts(trx, id, { likeCount })
    tell(likesChanged({ ...post, likeCount }))
    const what = { type: 'like' as const, to: post.author, from: viewer.account, post: id }
    await parts.notifications.withdraw(trx, tell, what)
    return { likeCount, isLiked: false }
  })
}
