import type { Tell } from '../live/index.ts'
import type { MediaUse } from '../media/index.ts'
import type { Route } from '../platform/http/route.ts'
import type { PostId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import { commentRoutes } from './comment-routes.ts'
import { feedRoutes } from './feed-routes.ts'
import { KeptPosts } from './kept-posts.ts'
import { likeRoutes } from './like-routes.ts'
import { postRoutes } from './post-routes.ts'
import { PostTurns } from './post-turns.ts'
import { pictureRendered } from './posts.ts'
import type { ChangePost, RenderedParts, TimelineOptions } from './route-parts.ts'

export { readPostStatement, timelineEvents } from './events.ts'
export { rebuildPopular } from './popular.ts'

export interface Timeline {
  routes: Route[]
}

/** As many as a thousand people who like one post at two servers. */
const mostWaiting = 500
/** Half of what a request may wait for a connection. */
const waitMs = 5000

/** Posts, comments, likes and feeds. */
export function createTimeline(options: TimelineOptions): Timeline {
  const turns = new PostTurns({ connections: options.config.DATABASE_POOL_MAX, mostWaiting, waitMs })
  const changePost: ChangePost = (post, work) => turns.take(post, () => options.live.transaction(work))
  const parts = { ...options, changePost, keptPosts: new KeptPosts() }
  return {
    routes: [...feedRoutes(parts), ...postRoutes(parts), ...commentRoutes(parts), ...likeRoutes(parts)],
  }
}

/** In the transaction in which a picture got its files, or failed: if it is one of a post, tells everybody how the post looks now. */
export type TellRendered = (trx: Sql, tell: Tell, use: MediaUse) => Promise<void>

/** For a worker. */
export function createTellRendered(parts: RenderedParts): TellRendered {
  return async (trx, tell, use) => {
    if (use.type === 'post') await pictureRendered(parts, trx, tell, use.id as PostId)
  }
}
