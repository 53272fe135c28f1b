import type { Tell } from '../live/index.ts'
import type { Route } from '../platform/http/route.ts'
import type { PostId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import { commentRoutes } from './comment-routes.ts'
import { feedRoutes } from './feed-routes.ts'
import { likeRoutes } from './like-routes.ts'
import { postRoutes } from './post-routes.ts'
import { pictureRendered } from './posts.ts'
import type { PictureNewsParts, TimelineParts } from './route-parts.ts'

export { readPostStatement } from './events.ts'
export { rebuildPopular } from './popular.ts'
export type { TimelineParts } from './route-parts.ts'

export interface Timeline {
  routes: Route[]
  /** In the transaction in which a picture of a post got its files, or failed: tells everybody how the post looks now. */
  pictureRendered(trx: Sql, tell: Tell, post: PostId): Promise<void>
}

/** Posts, comments, likes and feeds. */
export function createTimeline(parts: TimelineParts): Timeline {
  return {
    routes: [...feedRoutes(parts), ...postRoutes(parts), ...commentRoutes(parts), ...likeRoutes(parts)],
    pictureRendered: (trx, tell, post) => pictureRendered(parts, trx, tell, post),
  }
}

/** For workers: what `pictureRendered` does, by those parts alone that it needs. */
export function createPictureNews(parts: PictureNewsParts): Timeline['pictureRendered'] {
  return (trx, tell, post) => pictureRendered(parts, trx, tell, post)
}
