import type { TestFn } from 'ava'
import { createServer } from 'node:http'
import { createAccounts } from '../../src/accounts/index.ts'
import type { Accounts } from '../../src/accounts/index.ts'
import type { LiveEvent, TellingTransaction } from '../../src/live/index.ts'
import { createMedia } from '../../src/media/index.ts'
import { createNotifications } from '../../src/notifications/index.ts'
import type { Notifications } from '../../src/notifications/index.ts'
import { createPeople, hidersOf } from '../../src/people/index.ts'
import type { People } from '../../src/people/index.ts'
import { createHttpApp } from '../../src/platform/http/app.ts'
import { createRateLimits } from '../../src/platform/http/rate-limit.ts'
import type { Authenticate } from '../../src/platform/http/viewer.ts'
import type { AccountId, MediaId, SessionId } from '../../src/platform/ids.ts'
import type { Sql } from '../../src/platform/mysql.ts'
import { call } from '../accounts/client.ts'
import type { Reply } from '../accounts/client.ts'
import { idOf, upload } from '../media/house.ts'
import { connectTo } from '../support/connections.ts'
import { listening } from '../support/listening.ts'
import { sharedBy } from '../support/shared.ts'
import { toldInto } from '../support/standing-in.ts'
import { worldOf } from '../support/world.ts'
import type { World } from '../support/world.ts'

/** A server that knows people and what they have to do with each other, and everything that its transactions told. */
export interface Street {
  world: World
  accounts: Accounts
  people: People
  notifications: Notifications
  told: LiveEvent[]
  transaction: TellingTransaction
  moveIn(name: string): Promise<Resident>
  moveInMany(name: string, count: number): Promise<Resident[]>
}

/** Somebody with an account, whose word for who they are is taken. */
export interface Resident {
  id: AccountId
  username: string
  ask(request: string, body?: unknown): Promise<Reply>
  /** The id of a picture of theirs. */
  upload(bytes: Buffer): Promise<MediaId>
}

const generous = { RELATIONS_PER_MINUTE: 1_000_000, PEOPLE_SEARCHES_PER_MINUTE: 1_000_000 }

let residents = 0

async function openStreet(world: World, changes: Record<string, string | number>): Promise<Street> {
  const config = world.configWith({ ...generous, ...changes })
  const { sql, log } = world
  const connections = connectTo({ url: config.REDIS_URL, log })
  const { redis, broker } = connections
  const media = await createMedia({ sql, config, log })
  const accounts = createAccounts({ ...{ sql, redis, broker, config, log }, pictureUrls: media.urls })
  const told: LiveEvent[] = []
  const transaction = toldInto(sql, told)
  const notifications = createNotifications({
    ...{ sql, transaction, profiles: accounts.profiles },
    hidersOf,
  })
  const { notify, withdraw, part } = notifications
  const people = createPeople({
    ...{ sql, config, accounts, media, transaction },
    notices: {
      followed: (trx, tell, from, to) => notify(trx, tell, [{ type: 'follow', from, to }]),
      unfollowed: (trx, tell, from, to) => withdraw(trx, tell, { type: 'follow', from, to }),
      parted: part,
    },
  })
  const app = createHttpApp({
    ...{ log, authenticate: atTheirWord, isAnswerChecked: true, idempotency: { sql, redis, log } },
    limits: createRateLimits(redis),
    routes: [...accounts.routes, ...media.routes, ...people.routes, ...notifications.routes],
  })
  const server = await listening(createServer(app.callback()))
  world.atEnd(async () => {
    server.close()
    await media.stop()
    await connections.close()
  })
  const moveInMany = (name: string, count: number): Promise<Resident[]> => settle(sql, server.origin, name, count)
  return {
    ...{ world, accounts, people, notifications, told, transaction, moveInMany },
    moveIn: async (name) => (await moveInMany(name, 1))[0]!,
  }
}

/** Accounts without passwords: nobody signs in here. */
async function settle(sql: Sql, origin: string, name: string, count: number): Promise<Resident[]> {
  const names = Array.from({ length: count }, () => `${name}_${(residents += 1)}`)
  await sql('accounts').insert(names.map((username) => ({ username, display_name: name, password: '' })))
  const rows = await sql('accounts')
    .whereIn('username', names)
    .orderBy('id')
    .select<{ id: AccountId; username: string }[]>('id', 'username')
  return rows.map(({ id, username }) => ({
    ...{ id, username },
    upload: async (bytes) => idOf(await upload({ origin }, `${id}.${username}`, bytes)),
    ask: (request, body) =>
      call(origin, request, { token: `${id}.${username}`, ...(body === undefined ? {} : { body }) }),
  }))
}

const atTheirWord: Authenticate = async (headers) => {
  const [, id, username] = /^Bearer (\d+)\.(\w+)$/.exec(headers.authorization ?? '') ?? []
  if (id === undefined || username === undefined) return { type: 'anonymous' }
  const viewer = { account: Number(id) as AccountId, session: id as SessionId, username, role: 'member' as const }
  return { type: 'signed_in', by: 'bearer', viewer }
}

/** One street for all tests of a file. */
export function streetOf(test: TestFn, changes: Record<string, string | number> = {}): () => Street {
  const world = worldOf(test)
  return sharedBy(test, 'the street', () => openStreet(world(), changes))
}

/** All items of a list, page after page. */
export async function readToEnd(who: Resident, path: string, limit: number): Promise<Record<string, unknown>[][]> {
  const pages: Record<string, unknown>[][] = []
  for (let cursor = ''; ;) {
    const { status, body } = await who.ask(`GET ${path}${path.includes('?') ? '&' : '?'}limit=${limit}${cursor}`)
    if (status !== 200) throw new Error(JSON.stringify(body))
    pages.push(body['items'] as Record<string, unknown>[])
    const { next } = body['page'] as { next?: string }
    if (next === undefined) return pages
    cursor = `&cursor=${next}`
  }
}
