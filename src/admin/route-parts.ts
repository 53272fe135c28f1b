import type { Accounts } from '../accounts/index.ts'
import type { Config } from '../config.ts'
import type { Limit } from '../platform/http/rate-limit.ts'
import type { RoomId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import type { QueueRoom } from '../platform/queues.ts'

/** What the routes of admins are wired with. */
export interface AdminParts {
  sql: Sql
  config: Config
  accounts: Pick<Accounts, 'profiles' | 'findByUsername'>
  /** What rooms are called; those that are gone are missing in the answer. */
  roomNames(ids: Iterable<RoomId>): Promise<Map<RoomId, string>>
  queues: QueueRoom
  /** Where the page of the queues is, if there is one. */
  board: string | undefined
}

export function exportLimit(config: Config): Limit {
  return { name: 'exports', requests: config.ADMIN_EXPORTS_PER_MINUTE, seconds: 60, withoutRedis: 'count_here' }
}
