import type { TestFn } from 'ava'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createAccounts } from '../../src/accounts/index.ts'
import type { Accounts } from '../../src/accounts/index.ts'
import type { LiveEvent, TellingTransaction } from '../../src/live/index.ts'
import { createMedia } from '../../src/media/index.ts'
import { createNotifications } from '../../src/notifications/index.ts'
import type { Notifications } from '../../src/notifications/index.ts'
import { createPeople, hidersOf } from '../../src/people/index.ts'
import type { People } from '../../src/people/index.ts'
import { Broker } from '../../src/platform/broker.ts'
import { createHttpApp } from '../../src/platform/http/app.ts'
import { createRateLimits } from '../../src/platform/http/rate-limit.ts'
import type { Authenticate } from '../../src/platform/http/viewer.ts'
import type { AccountId, MediaId, SessionId } from '../../src/platform/ids.ts'
import { inTransaction } from '../../src/platform/mysql.ts'
import type { Sql } from '../../src/platform/mysql.ts'
import { closeRedis, connectRedis } from '../../src/platform/redis.ts'
import { call } from '../accounts/client.ts'
import type { Reply } from '../accounts/client.ts'
import { idOf, upload } from '../media/house.ts'
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

const generous = { RELATIONS_PER_MINUTE: 1_000_000 }

let residents = 0

async function openStreet(world: World, changes: Record<string, string | number>): Promise<Street> {
  const config = world.configWith({ ...generous, ...changes })
  const { sql, log } = world
  const redis = connectRedis({ url: config.REDIS_URL, purpose: 'commands', name: 'test', onError: () => undefined })
  const broker = new Broker({ url: config.REDIS_URL, publisher: redis, log })
  const media = await createMedia({ sql, config, log })
  const accounts = createAccounts({ ...{ sql, redis, broker, config, log }, pictureUrls: media.urls })
  const told: LiveEvent[] = []
  const transaction = tellingTo(sql, told)
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
  const server = createServer(app.callback()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  world.atEnd(async () => {
    server.closeAllConnections()
    server.close()
    await media.stop()
    await broker.close()
    await closeRedis(redis)
  })
  const moveInMany = (name: string, count: number): Promise<Resident[]> =>
    settle(sql, `http://127.0.0.1:${address.port}`, name, count)
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

/** Transactions whose events are kept for the test once they have committed. */
export function tellingTo(sql: Sql, told: LiveEvent[]): TellingTransaction {
  return async (work) => {
    const { answer, events } = await inTransaction(sql, async (trx) => {
      const heard: LiveEvent[] = []
      return { answer: await work(trx, (event) => void heard.push(event)), events: heard }
    })
    told.push(...events)
    return answer
  }
}

/** One street for all tests of a file. */
export function streetOf(test: TestFn, changes: Record<string, string | number> = {}): () => Street {
  const world = worldOf(test)
  let street: Street | undefined
  test.serial.before('the street is built', async () => {
    street = await openStreet(world(), changes)
  })
  return () => {
    if (street === undefined) throw new Error('the street is built before the first test')
    return street
  }
}

/** All items of a list, page after page. */
export async function readToEnd(who: Resident, path: string, limit: number): Promise<Record<string, unknown>[][]> {
  const pages: Record<string, unknown>[][] = []
  for (let cursor = ''; ;) {
    const { status, body } = await who.ask(`GET ${path}?limit=${limit}${cursor}`)
    if (status !== 200) throw new Error(JSON.stringify(body))
    pages.push(body['items'] as Record<string, unknown>[])
    const { next } = body['page'] as { next?: string }
    if (next === undefined) return pages
    cursor = `&cursor=${next}`
  }
}
