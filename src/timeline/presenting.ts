import type { Profile } from '../accounts/index.ts'
import type { AccountId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import type { KeptPost } from './kept-posts.ts'
import { likedAmong } from './like-store.ts'
import type { Post, PostPicture } from './post.ts'
import type { RenderedParts, TimelineParts } from './route-parts.ts'
import { picturesOf } from './store.ts'
import { peopleIn, presentPost } from './views.ts'
import type { PostView, SharedPostView } from './views.ts'

type ViewParts = Pick<RenderedParts, 'media'>
type Profiles = ReadonlyMap<AccountId, Profile>

/**
 * Posts as one reader sees them, each as JSON in UTF-8, a character for each byte: names, pictures and likes in one query each, however many
 * posts there are.
 */
export async function presentPosts(
  parts: TimelineParts,
  reader: AccountId,
  posts: readonly KeptPost[],
): Promise<string[]> {
  const { profiles, illustrate, liked } = await readAround(
    parts,
    reader,
    posts.map(({ post }) => post),
  )
  return posts.map((kept) => {
    const { pictures, media } = illustrate(kept.post)
    const json = kept.shownAmong({ profiles, pictures, media })
    return `${json},"isLiked":${liked.has(kept.post.id)}}`
  })
}

/** One post as one reader sees it. */
export async function presentOne(parts: TimelineParts, reader: AccountId, post: Post): Promise<PostView> {
  const { profiles, illustrate, liked } = await readAround(parts, reader, [post])
  return { ...presentPost(post, { profiles, ...illustrate(post) }), isLiked: liked.has(post.id) }
}

async function readAround(parts: TimelineParts, reader: AccountId, posts: readonly Post[]) {
  const { sql, accounts } = parts
  const ids = posts.map((post) => post.id)
  const [profiles, illustrate, liked] = await Promise.all([
    accounts.profiles(peopleIn(posts)),
    picturesAround(parts, sql, posts),
    likedAmong(sql, reader, ids),
  ])
  return { profiles, illustrate, liked }
}

/** One post as everybody sees it, read in the transaction that changes it; the profiles were read before that began. */
export async function presentShared(
  parts: ViewParts,
  trx: Sql,
  post: Post,
  profiles: Profiles,
): Promise<SharedPostView> {
  const illustrate = await picturesAround(parts, trx, [post])
  return presentPost(post, { profiles, ...illustrate(post) })
}

async function picturesAround(parts: ViewParts, sql: Sql, posts: readonly Post[]) {
  const illustrated = posts.filter((post) => post.pictureCount > 0).map((post) => post.id)
  if (illustrated.length === 0) return () => withoutPictures
  const pictures = await picturesOf(sql, illustrated)
  const media = await viewsOf(parts, sql, [...pictures.values()].flat())
  return (post: Post) => ({ pictures: pictures.get(post.id) ?? [], media })
}

const withoutPictures = { pictures: [], media: new Map<never, never>() }

async function viewsOf(parts: ViewParts, sql: Sql, pictures: readonly PostPicture[]) {
  if (pictures.length === 0) return new Map()
  return parts.media.views(
    sql,
    pictures.map((picture) => picture.media),
  )
}
