import type { AccountId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import * as store from './bulk-store.ts'
import { entitiesOf, tagKey } from './entities.ts'
import { areaKey } from './text.ts'

/**
 * Many posts at once with what is under them, for the seed command: the same rows as when people write them one by one, counts
 * included. Nobody is notified, and the stream does not tell of them.
 */

export { holdSeeding, newestPostAt, postsWrittenBy, releaseSeeding } from './bulk-store.ts'

export interface BulkComment {
  author: AccountId
  text: string
  at: Date
}

export interface BulkPost extends BulkComment {
  area: string | undefined
  comments: readonly BulkComment[]
  /** Each person once. */
  likes: readonly { account: AccountId; at: Date }[]
}

export type FindNamed = (names: readonly string[]) => Promise<ReadonlyMap<string, AccountId>>

/** In one transaction; the posts in the order of their times. */
export async function insertPosts(trx: Sql, posts: readonly BulkPost[], findNamed: FindNamed): Promise<void> {
  const mentionsOf = await mentionsIn(posts, findNamed)
  const rows = posts.map((post) => {
    const { tags } = entitiesOf(post.text)
    return { post, tags, keys: tags.flatMap((tag) => tagKey(tag) ?? []) }
  })
  const first = await store.insertPostRows(
    trx,
    rows.map(({ post, tags }) => ({
      ...{ author: post.author, text: post.text, area: post.area, tags, at: post.at },
      areaKey: post.area === undefined ? undefined : areaKey(post.area),
      mentions: mentionsOf(post.text),
      likeCount: post.likes.length,
      commentCount: post.comments.length,
    })),
  )
  const numbered = rows.map((row, index) => ({ ...row, id: first + index }))
  await store.insertTagRows(
    trx,
    numbered.flatMap(({ id, post, keys }) => keys.map((key) => ({ key, post: id, author: post.author }))),
  )
  await store.insertCommentRows(
    trx,
    numbered.flatMap(({ id, post }) =>
      post.comments.map((comment) => ({ ...comment, post: id, mentions: mentionsOf(comment.text) })),
    ),
  )
  await store.insertLikeRows(
    trx,
    numbered.flatMap(({ id, post }) => post.likes.map((like) => ({ ...like, post: id }))),
  )
  await store.addPostCounts(
    trx,
    Map.groupBy(posts, (post) => post.author),
  )
}

async function mentionsIn(posts: readonly BulkPost[], findNamed: FindNamed) {
  const texts = posts.flatMap((post) => [post.text, ...post.comments.map((comment) => comment.text)])
  const known = await findNamed([...new Set(texts.flatMap((text) => entitiesOf(text).names))])
  return (text: string): AccountId[] => entitiesOf(text).names.flatMap((name) => known.get(name) ?? [])
}
