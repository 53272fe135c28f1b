import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createPool } from 'mysql2/promise'
import type { RowDataPacket } from 'mysql2/promise'

/**
 * The feed page on nothing but `node:http` and mysql2: the same statements as the route of Madang, and the same bytes of body. It says
 * who asks by the session in the token without looking at the signature, and leaves out the router, the reading of cursor and limit by
 * a schema, rate limits, ETag, security headers, the request id and the log. Names of people are kept, as Madang keeps them.
 *
 * DATABASE_URL says where; the port goes to the parent as `{ port }`.
 */

const pool = createPool({
  uri: process.env['DATABASE_URL'] ?? '',
  connectionLimit: 10,
  timezone: 'Z',
  supportBigNumbers: true,
})

async function rows(text: string, values: unknown[]): Promise<RowDataPacket[]> {
  const [found] = await pool.query<RowDataPacket[]>(text, values)
  return found
}

interface Person {
  id: string
  username: string
  displayName: string
  picture: null
}

const people = new Map<number, Person>()

async function peopleOf(ids: readonly number[]): Promise<void> {
  const missing = [...new Set(ids)].filter((id) => !people.has(id))
  if (missing.length === 0) return
  const found = await rows('SELECT id, username, display_name, picture_name FROM accounts WHERE id IN (?)', [missing])
  for (const row of found) {
    const { id, username, display_name: displayName } = row
    people.set(id, { id: String(id), username, displayName, picture: null })
  }
}

const columns =
  'p.id, p.author_id, p.kind, p.body, p.area, p.tags, p.mentions, p.picture_count, p.like_count, p.comment_count, p.created_at, p.edited_at'

async function feedPage(session: string, before: number, limit: number): Promise<string> {
  const [viewer] = await rows(
    `SELECT accounts.id, accounts.username, accounts.role
     FROM sessions JOIN accounts ON accounts.id = sessions.account_id
     WHERE sessions.id = ? AND sessions.expires_at > NOW(3)`,
    [session],
  )
  const me: number = viewer?.['id'] ?? 0
  const hidden = await rows(
    `SELECT blocked_id AS id, 0 AS by_mute FROM blocks WHERE blocker_id = ?
     UNION ALL SELECT blocker_id, 0 FROM blocks WHERE blocked_id = ?
     UNION ALL SELECT muted_id, 1 FROM mutes WHERE muter_id = ?`,
    [me, me, me],
  )
  const without = hidden.map((row) => row['id'])
  const posts = await rows(
    `SELECT ${columns} FROM posts p FORCE INDEX (PRIMARY)
     WHERE p.id < ? ${without.length === 0 ? '' : 'AND p.author_id NOT IN (?)'} ORDER BY p.id DESC LIMIT ?`,
    [before, ...(without.length === 0 ? [] : [without]), limit + 1],
  )
  const shown = posts.slice(0, limit).map((post) => ({
    post,
    tags: JSON.parse(post['tags']),
    mentions: JSON.parse(post['mentions']) as number[],
  }))
  const [liked] = await Promise.all([
    rows('SELECT post_id FROM likes WHERE account_id = ? AND post_id IN (?)', [
      me,
      shown.map(({ post }) => post['id']),
    ]),
    peopleOf(shown.flatMap(({ post, mentions }) => [post['author_id'], ...mentions])),
  ])
  const mine = new Set(liked.map((row) => row['post_id']))
  const items = shown.map(({ post, tags, mentions }) => ({
    id: String(post['id']),
    kind: post['kind'],
    author: people.get(post['author_id']) ?? null,
    text: post['body'],
    pictures: [],
    area: post['area'],
    tags,
    mentions: mentions.map((id) => ({ id: String(id), username: people.get(id)?.username })),
    likeCount: post['like_count'],
    commentCount: post['comment_count'],
    createdAt: post['created_at'].toISOString(),
    ...(post['edited_at'] === null ? {} : { editedAt: post['edited_at'].toISOString() }),
    isLiked: mine.has(post['id']),
  }))
  const last = posts.length > limit ? items.at(-1)?.id : undefined
  const page = last === undefined ? {} : { next: Buffer.from(last).toString('base64url') }
  return JSON.stringify({ items, page, stream: position })
}

const [relay] = await rows('SELECT last_position FROM event_relay WHERE id = 1', [])
const position = String(relay?.['last_position'] ?? 0)

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://here')
  const cursor = url.searchParams.get('cursor')
  const before = cursor === null ? Number.MAX_SAFE_INTEGER : Number(Buffer.from(cursor, 'base64url').toString())
  const [, claims = ''] = (request.headers.authorization ?? '').split('.')
  const { sid } = JSON.parse(Buffer.from(claims, 'base64url').toString())
  const body = await feedPage(sid, before, Number(url.searchParams.get('limit') ?? 20))
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)))
})
server.keepAliveTimeout = 75_000
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.once('disconnect', () => process.exit(0))
