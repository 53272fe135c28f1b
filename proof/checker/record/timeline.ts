import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { Record } from '../contract.ts'
import type { Database } from './database.ts'
import type { Names } from './rows.ts'

type Timeline = NonNullable<Record['timeline']>

/** Posts, comments, likes, uploads and events as they are in the tables, and whether the files of the uploads lie in the folder. */
export async function readTimeline(
  database: Database,
  names: Names,
  mediaFolder: string | undefined,
): Promise<Timeline> {
  const by = (account: number): string => names(account) ?? 'the room'
  const eventsUnplaced = await untilPlaced(database)
  const [posts, comments, likes, media, events] = [
    await database.rows<PostRow>('SELECT id, author_id, body, like_count, comment_count FROM posts ORDER BY id'),
    await database.rows<CommentRow>('SELECT id, post_id, author_id, body FROM comments ORDER BY id'),
    await database.rows<LikeRow>('SELECT post_id, account_id FROM likes'),
    await database.rows<MediaRow>('SELECT id, name, state FROM media'),
    await database.rows<EventRow>(
      'SELECT position, type, data FROM events WHERE position IS NOT NULL ORDER BY position',
    ),
  ]
  return {
    posts: posts.map(({ id, author_id, body, like_count, comment_count }) => ({
      ...{ id: String(id), by: by(author_id), text: body, likes: like_count, comments: comment_count },
    })),
    comments: comments.map(({ id, post_id, author_id, body }) => ({
      ...{ id: String(id), post: String(post_id), by: by(author_id), text: body },
    })),
    likes: likes.map(({ post_id, account_id }) => ({ post: String(post_id), by: by(account_id) })),
    uploads: await Promise.all(
      media.map(async ({ id, name, state }) => ({
        ...{ id: String(id), state },
        filesMissing: mediaFolder === undefined || state !== 'ready' ? 0 : await missingFiles(mediaFolder, name),
      })),
    ),
    eventsUnplaced,
    events: events.map(({ position, type, data }) => ({ position, event: type, post: postIn(data) })),
  }
}

const patienceMs = 5000
const pollMs = 200

/** How many events wait for a position. The last ones get a moment. */
async function untilPlaced(database: Database): Promise<number> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    const [found] = await database.rows<{ n: number }>('SELECT COUNT(*) AS n FROM events WHERE position IS NULL')
    const count = Number(found?.n ?? 0)
    if (count === 0 || performance.now() > deadline) return count
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}

interface PostRow {
  id: number
  author_id: number
  body: string
  like_count: number
  comment_count: number
}

interface CommentRow {
  id: number
  post_id: number
  author_id: number
  body: string
}

interface LikeRow {
  post_id: number
  account_id: number
}

interface MediaRow {
  id: number
  name: string
  state: string
}

interface EventRow {
  position: number
  type: string
  data: string
}

const endings = ['thumb.webp', 'feed.webp', 'full.webp', 'full.jpg']

async function missingFiles(folder: string, name: string): Promise<number> {
  const looks = endings.map((ending) =>
    access(join(folder, 'public', name.slice(0, 2), `${name}.${ending}`)).then(
      () => 0,
      () => 1,
    ),
  )
  return (await Promise.all(looks)).reduce<number>((sum, missing) => sum + missing, 0)
}

/** Of an event that tells of a post: its id, which stands in `post` or in `post.id`. */
export function postIn(data: string): string | undefined {
  const content: unknown = JSON.parse(data)
  if (typeof content !== 'object' || content === null || !('post' in content)) return undefined
  const { post } = content
  if (typeof post === 'string') return post
  const hasId = typeof post === 'object' && post !== null && 'id' in post
  return hasId && typeof post.id === 'string' ? post.id : undefined
}
