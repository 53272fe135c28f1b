import type { TellingTransaction } from '../live/index.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Notifications } from './contract.ts'
import type { ReadProfiles } from './events.ts'
import { notify } from './notify.ts'
import type { HidersOf } from './notify.ts'
import { notificationRoutes } from './routes.ts'
import { forget, part, withdraw } from './withdraw.ts'

export type { Notice, Notifications } from './contract.ts'
export { notificationEvents, readNotificationStatement } from './events.ts'
export { sweepNotifications } from './sweep.ts'

export interface NotificationsOptions {
  sql: Sql
  transaction: TellingTransaction
  profiles: ReadProfiles
  hidersOf: HidersOf
}

/** What people should learn of, until they have. */
export function createNotifications(options: NotificationsOptions): Notifications {
  return {
    routes: notificationRoutes(options),
    notify: (trx, tell, notices) => notify(options, trx, tell, notices),
    withdraw: (trx, tell, what) => withdraw(options, trx, tell, what),
    forget,
    part: (trx, tell, one, other) => part(options, trx, tell, one, other),
  }
}
