import { readdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { TestFn } from 'ava'
import type { Config } from '../../src/config.ts'
import { createMedia, createMediaWork } from '../../src/media/index.ts'
import type { Media, MediaUse, MediaWork } from '../../src/media/index.ts'
import { createHttpApp } from '../../src/platform/http/app.ts'
import { createRateLimits } from '../../src/platform/http/rate-limit.ts'
import type { Identity } from '../../src/platform/http/viewer.ts'
import type { AccountId, MediaId, SessionId } from '../../src/platform/ids.ts'
import { inTransaction, selectRows } from '../../src/platform/mysql.ts'
import { closeRedis } from '../../src/platform/redis.ts'
import { connectFor } from '../support/connections.ts'
import { listening } from '../support/listening.ts'
import { sharedBy } from '../support/shared.ts'
import { worldOf } from '../support/world.ts'
import type { World } from '../support/world.ts'

/** A server that knows pictures and nothing else, the work of a worker on call, and what it told. */
export interface House {
  world: World
  config: Config
  origin: string
  port: number
  media: Media
  work: MediaWork
  told: { use: MediaUse; picture: MediaId }[]
  close(): Promise<void>
}

export async function openHouse(world: World, changes: Record<string, string | number> = {}): Promise<House> {
  const config = world.configWith({ MEDIA_UPLOADS_PER_HOUR: 100_000, ...changes })
  const { sql, log } = world
  const redis = connectFor('commands', config.REDIS_URL)
  const told: House['told'] = []
  const media = await createMedia({ sql, config, log })
  const work = await createMediaWork({
    ...{ sql, config, log },
    transaction: (rendered) =>
      inTransaction(sql, (trx) => rendered(trx, async (use, picture) => void told.push({ use, picture }))),
  })
  const app = createHttpApp({
    ...{ log, routes: media.routes, authenticate: believing, isAnswerChecked: true },
    limits: createRateLimits(redis),
    idempotency: { sql, redis, log },
  })
  const server = await listening(createServer(app.callback()))
  const { origin, port } = server
  return {
    ...{ world, config, media, work, told, origin, port },
    async close() {
      server.close()
      await work.stop()
      await media.stop()
      await closeRedis(redis)
    },
  }
}

/** One house for all tests of a file. */
export function houseOf(test: TestFn, changes: Record<string, string | number> = {}): () => House {
  const world = worldOf(test)
  return sharedBy(test, 'the house', async () => {
    const house = await openHouse(world(), changes)
    world().atEnd(() => house.close())
    return house
  })
}

/** Somebody whose `Authorization: Bearer <account>` is believed. */
async function believing(headers: NodeJS.Dict<string | string[]>): Promise<Identity> {
  const account = /^Bearer (\d+)$/.exec(String(headers['authorization']))?.[1]
  if (account === undefined) return { type: 'anonymous' }
  const viewer = { account: Number(account) as AccountId, session: 'session' as SessionId, username: 'alice' }
  return { type: 'signed_in', by: 'bearer', viewer: { ...viewer, role: 'member' } }
}

let people = 0
/** An account that nobody else in this file is. */
export function somebody(): AccountId {
  people += 1
  return people as AccountId
}

export interface Reply {
  status: number
  headers: Headers
  body: Record<string, unknown>
}

export interface Sending {
  field?: string
  name?: string
  type?: string
  headers?: Record<string, string>
}

export async function upload(
  { origin }: { origin: string },
  who: AccountId | string | undefined,
  bytes: Buffer,
  { field = 'file', name = 'picture.jpg', type = 'image/jpeg', headers = {} }: Sending = {},
): Promise<Reply> {
  const form = new FormData()
  form.append(field, new Blob([new Uint8Array(bytes)], { type }), name)
  return send({ origin }, who, form, headers)
}

export async function send(
  { origin }: { origin: string },
  who: AccountId | string | undefined,
  body: FormData | Buffer | string,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const authorization: Record<string, string> = who === undefined ? {} : { authorization: `Bearer ${who}` }
  return replyOf(await fetch(`${origin}/v1/media`, { method: 'POST', headers: { ...authorization, ...headers }, body }))
}

export async function show({ origin }: { origin: string }, who: AccountId | string, id: string): Promise<Reply> {
  return replyOf(await fetch(`${origin}/v1/media/${id}`, { headers: { authorization: `Bearer ${who}` } }))
}

async function replyOf(response: Response): Promise<Reply> {
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) }
}

export function idOf(reply: Reply): MediaId {
  if (reply.status !== 201) throw new Error(`not uploaded: ${JSON.stringify(reply.body)}`)
  return Number(reply.body['id']) as MediaId
}

/** All that is on the shelves and half done, as `shelf/name`. */
export async function filesIn({ config }: { config: Config }): Promise<string[]> {
  const found = await readdir(config.MEDIA_FOLDER, { recursive: true, withFileTypes: true }).catch(() => [])
  return found
    .filter((entry) => entry.isFile() && entry.parentPath !== config.MEDIA_FOLDER)
    .map((entry) => `${entry.parentPath.slice(config.MEDIA_FOLDER.length + 1).split('/')[0]}/${entry.name}`)
    .toSorted()
}

export interface MediaRow {
  id: number
  name: string
  state: string
  use_type: string | null
  has_original: number
  attempts: number
  bytes: number
  last_error: string | null
  due_at: Date | null
}

export async function rowOf({ world }: { world: World }, id: MediaId): Promise<MediaRow | undefined> {
  const [row] = await selectRows<MediaRow>(world.sql, 'SELECT * FROM media WHERE id = ?', [id])
  return row
}

/** As if time had passed. */
export async function makeDue({ world }: { world: World }, id: MediaId): Promise<void> {
  await world.sql.raw('UPDATE media SET due_at = CURRENT_TIMESTAMP(3) WHERE id = ? AND due_at IS NOT NULL', [id])
}

export async function spaceOf({ world }: { world: World }, owner: AccountId) {
  const text = 'SELECT bytes, pictures FROM media_owners WHERE account_id = ?'
  const [row] = await selectRows<{ bytes: number; pictures: number }>(world.sql, text, [owner])
  return row ?? { bytes: 0, pictures: 0 }
}
