import type { Accounts } from '../accounts/index.ts'
import type { Config } from '../config.ts'
import { closeQueue, flushQueue } from '../ledger/index.ts'
import { renderQueue } from '../media/index.ts'
import type { Annex } from '../platform/http/annex.ts'
import type { Route } from '../platform/http/route.ts'
import type { RoomId } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'
import type { Sql } from '../platform/mysql.ts'
import { QueueRoom } from '../platform/queues.ts'
import { auditRoutes } from './audit-routes.ts'
import { openBoard } from './board.ts'
import { queueRoutes } from './queue-routes.ts'

export interface Admin {
  routes: Route[]
  /** Pages that others have made. */
  annexes: Annex[]
  stop(): Promise<void>
}

export interface AdminOptions {
  sql: Sql
  config: Config
  log: Log
  accounts: Pick<Accounts, 'profiles' | 'findByUsername'>
  roomNames(ids: Iterable<RoomId>): Promise<Map<RoomId, string>>
}

/** What admins look at beside people and closings, which are shown by those whose they are. */
export async function createAdmin({ sql, config, log, accounts, roomNames }: AdminOptions): Promise<Admin> {
  const queues = new QueueRoom({
    url: config.QUEUE_REDIS_URL ?? config.REDIS_URL,
    names: [closeQueue, flushQueue, renderQueue].map(({ name }) => name),
    log,
  })
  const board = await openBoard({ config, queues, log })
  const parts = { sql, config, accounts, roomNames, queues, board: board?.path }
  return {
    routes: [...auditRoutes(parts), ...queueRoutes(parts)],
    annexes: board === undefined ? [] : [board],
    stop: () => queues.close(),
  }
}
