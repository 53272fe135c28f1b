import type { TestFn } from 'ava'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createAccounts } from '../../src/accounts/index.ts'
import type { Accounts, EndReason } from '../../src/accounts/index.ts'
import type { Config } from '../../src/config.ts'
import { Broker } from '../../src/platform/broker.ts'
import { createHttpApp } from '../../src/platform/http/app.ts'
import { describeApi } from '../../src/platform/http/openapi/document.ts'
import { createRateLimits } from '../../src/platform/http/rate-limit.ts'
import type { Role } from '../../src/platform/http/viewer.ts'
import type { AccountId, SessionId } from '../../src/platform/ids.ts'
import { closeRedis, connectRedis } from '../../src/platform/redis.ts'
import { holdToDocument } from '../support/held.ts'
import { worldOf } from '../support/world.ts'
import type { World } from '../support/world.ts'

/** A server that knows accounts and nothing else, and what it told its sockets. */
export interface Door {
  origin: string
  accounts: Accounts
  ended: { sessions: SessionId[]; reason: EndReason }[]
  roles: { account: AccountId; role: Role }[]
  /** The sessions of sockets that are supposed to be open here. */
  open: Set<SessionId>
  close(): Promise<void>
}

export async function openDoor(world: World, changes: Record<string, string | number> = {}): Promise<Door> {
  const config = world.configWith({ SIGN_UP_PER_HOUR: 100_000, SIGN_IN_PER_MINUTE: 100_000, ...changes })
  const redis = connectRedis({ url: config.REDIS_URL, purpose: 'commands', name: 'test', onError: () => undefined })
  const broker = new Broker({ url: config.REDIS_URL, publisher: redis, log: world.log })
  const heard = { ended: [] as Door['ended'], roles: [] as Door['roles'], open: new Set<SessionId>() }
  const accounts = createAccounts({
    ...{ sql: world.sql, redis, broker, config, log: world.log },
    sockets: {
      sessions: () => heard.open,
      ended: (sessions, reason) => void heard.ended.push({ sessions, reason }),
      roleChanged: (account, role) => void heard.roles.push({ account, role }),
    },
  })
  await accounts.start()
  const server = createServer(appOf(world, config, accounts, redis).callback()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const origin = `http://127.0.0.1:${address.port}`
  holdToDocument([origin], () => describeApi(accounts.routes, { accessCookie: 'madang-access' }))
  return {
    ...heard,
    origin,
    accounts,
    async close() {
      server.closeAllConnections()
      server.close()
      await accounts.stop()
      await broker.close()
      await closeRedis(redis)
    },
  }
}

function appOf(world: World, config: Config, accounts: Accounts, redis: ReturnType<typeof connectRedis>) {
  return createHttpApp({
    log: world.log,
    routes: accounts.routes,
    authenticate: accounts.authenticate,
    origins: config.origins,
    limits: createRateLimits(redis),
    generalLimit: {
      name: 'requests',
      requests: config.REQUESTS_PER_MINUTE,
      seconds: 60,
      withoutRedis: 'count_here',
    },
    isAnswerChecked: true,
  })
}

/** One door for all tests of a file. */
export function doorOf(test: TestFn, changes: Record<string, string | number> = {}): () => Door & { world: World } {
  const world = worldOf(test)
  let door: Door | undefined
  test.before('the door is opened', async () => {
    door = await openDoor(world(), changes)
  })
  test.after.always('the door is closed', async () => {
    await door?.close()
  })
  return () => {
    if (door === undefined) throw new Error('the door is opened before the first test')
    return { ...door, world: world() }
  }
}
