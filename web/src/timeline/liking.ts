import { ApiProblem } from '../api/problem.ts'
import type { Liking } from '../api/types.ts'
import { changed } from './posts.ts'
import type { Entry, PostEvent, Posts } from './posts.ts'

export interface LikingParts {
  posts: Pick<Posts, 'hear'>
  api: { like(post: string): Promise<Liking>; unlike(post: string): Promise<Liking> }
}

const running = new WeakMap<Entry, Promise<void>>()

/**
 * Likes a post, or no longer: shown at once, sent one after the other however fast it changes, the last wish last. A refusal takes the
 * wish back and shows what the server said last. Error: `ApiProblem`.
 */
export function wishLike(parts: LikingParts, entry: Entry, isLiked: boolean): Promise<void> {
  entry.value = { ...entry.peek(), wish: isLiked }
  const sending = running.get(entry) ?? sendWishes(parts, entry).finally(() => running.delete(entry))
  running.set(entry, sending)
  return sending
}

async function sendWishes({ posts, api }: LikingParts, entry: Entry): Promise<void> {
  try {
    for (;;) {
      const { wish, post } = entry.peek()
      if (wish === undefined || wish === post.isLiked) return
      const liking = await (wish ? api.like(post.id) : api.unlike(post.id))
      const liked: PostEvent = { type: 'liked', ...liking }
      // Nobody may show this one any more, and then nobody tells it.
      entry.value = changed(entry.peek(), liked)
      posts.hear(liked)
    }
  } catch (error) {
    if (error instanceof ApiProblem && error.code === 'not_found')
      posts.hear({ type: 'post.deleted', post: entry.peek().post.id })
    throw error
  } finally {
    entry.value = { ...entry.peek(), wish: undefined }
  }
}
