import type { Paging } from '../api/paging.ts'
import type { LivePage, Post, SharedPost } from '../api/types.ts'
import type { PostSource } from './post-sequence.ts'
import { tagKey } from '../text/parts.ts'

export const feedNames = ['all', 'following', 'area', 'popular'] as const
export type FeedName = (typeof feedNames)[number]

export interface FeedsApi {
  feed(feed: { feed: FeedName; tag?: string }, page: Paging): Promise<LivePage<Post>>
  postsOf(username: string, page: Paging): Promise<LivePage<Post>>
}

/** A feed by its name. */
export function feedSource(api: FeedsApi, feed: FeedName): PostSource {
  return {
    read: (page) => api.feed({ feed }, page),
    // Only the server knows whom I follow, and all the spellings of my area.
    takes: () => (feed === 'all' ? true : 'ask'),
    isByTime: feed !== 'popular',
  }
}

/** Everybody's posts with a tag, in whatever spelling. */
export function tagSource(api: FeedsApi, tag: string): PostSource {
  const key = tagKey(tag)
  return {
    read: (page) => api.feed({ feed: 'all', tag }, page),
    takes: (post: SharedPost) => post.tags.some((one) => tagKey(one) === key),
    isByTime: true,
  }
}

/** What the list of a person's posts is called among those that are kept. */
export const personList = (username: string) => `person:${username.toLowerCase()}` as const

/** The posts of one person. */
export function personSource(api: FeedsApi, username: string): PostSource {
  const name = username.toLowerCase()
  return {
    read: (page) => api.postsOf(username, page),
    takes: (post: SharedPost) => post.author?.username === name,
    isByTime: true,
    isOfOne: true,
  }
}
