import type { TestFn } from 'ava'
import { createServer } from 'node:http'
import { createAccounts } from '../../src/accounts/index.ts'
import type { Accounts, EndReason } from '../../src/accounts/index.ts'
import type { Config } from '../../src/config.ts'
import { createHttpApp } from '../../src/platform/http/app.ts'
import { describeApi } from '../../src/platform/http/openapi/document.ts'
import { createRateLimits } from '../../src/platform/http/rate-limit.ts'
import type { Role } from '../../src/platform/http/viewer.ts'
import type { AccountId, SessionId } from '../../src/platform/ids.ts'
import type { Redis } from '../../src/platform/redis.ts'
import { connectTo } from '../support/connections.ts'
import { holdToDocument } from '../support/held.ts'
import { listening } from '../support/listening.ts'
import { sharedBy } from '../support/shared.ts'
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
  const connections = connectTo({ url: config.REDIS_URL, log: world.log })
  const { redis, broker } = connections
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
  const server = await listening(createServer(appOf(world, config, accounts, redis).callback()))
  const { origin } = server
  holdToDocument([origin], () => describeApi(accounts.routes, { accessCookie: 'madang-access' }))
  return {
    ...heard,
    origin,
    accounts,
    async close() {
      server.close()
      await accounts.stop()
      await connections.close()
    },
  }
}

function appOf(world: World, config: Config, accounts: Accounts, redis: Redis) {
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
  return sharedBy(test, 'the door', async () => {
    const door = await openDoor(world(), changes)
    world().atEnd(() => door.close())
    return { ...door, world: world() }
  })
}
