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

/** Posts as one reader sees them. */
export interface ShownPosts {
  /** A list in JSON and UTF-8, in pieces, so that they are copied once: into the page. */
  json: Buffer[]
  /** What no other list is called. */
  name: string
}

const [opening, comma, closing] = [Buffer.from('['), Buffer.from(','), Buffer.from(']')]
const [likedEnd, otherEnd] = [Buffer.from(',"isLiked":true}'), Buffer.from(',"isLiked":false}')]

/** Names, pictures and likes in one query each, however many posts there are. */
export async function presentPosts(
  parts: TimelineParts,
  reader: AccountId,
  posts: readonly KeptPost[],
): Promise<ShownPosts> {
  const { profiles, illustrate, liked } = await readAround(
    parts,
    reader,
    posts.map(({ post }) => post),
  )
  const json: Buffer[] = [opening]
  let name = ''
  for (const kept of posts) {
    const { pictures, media } = illustrate(kept.post)
    const shown = kept.shownAmong({ profiles, pictures, media })
    const isLiked = liked.has(kept.post.id)
    if (json.length > 1) json.push(comma)
    json.push(shown.json, isLiked ? likedEnd : otherEnd)
    name += `${shown.name}${isLiked ? '+' : '-'}`
  }
  json.push(closing)
  return { json, name }
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
