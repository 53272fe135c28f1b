import type { Config } from '../config.ts'
import type { Limit } from '../platform/http/rate-limit.ts'

/** How often one account may do what everybody hears of at once, and what other people are notified of. */

const withoutRedis = 'count_here' as const

export function postLimit(config: Config): Limit {
  return { name: 'posts', requests: config.POSTS_PER_HOUR, seconds: 3600, withoutRedis }
}

export function commentLimit(config: Config): Limit {
  return { name: 'comments', requests: config.COMMENTS_PER_HOUR, seconds: 3600, withoutRedis }
}

/** Posts and comments together: an edit can mention as many people as a new post, and is told with all of its text. */
export function editLimit(config: Config): Limit {
  return { name: 'edits', requests: config.EDITS_PER_HOUR, seconds: 3600, withoutRedis }
}

/** Likes and their ends: somebody who says both in turn rings at the author each time. */
export function likeLimit(config: Config): Limit {
  return { name: 'likes', requests: config.LIKES_PER_MINUTE, seconds: 60, withoutRedis }
}
