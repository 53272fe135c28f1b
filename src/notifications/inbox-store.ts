import type { AccountId } from '../platform/ids.ts'
import { idFromRow } from '../platform/ids.ts'
import { affectedRows, selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import { chunksOf } from '../platform/chunks.ts'

/** The SQL of `inboxes`. */

/** One person's inbox. Who holds its row changes this object and saves it. */
export interface Inbox {
  readonly account: AccountId
  /** The place of the notification that came, or was joined, last. */
  lastPlace: number
  readUpTo: number
  unread: number
}

interface InboxRecord {
  account_id: number
  last_place: number
  read_up_to: number
  unread: number
}

const rowsAtOnce = 500
const columns = 'account_id, last_place, read_up_to, unread'

/**
 * Holds the inboxes of these people until the transaction ends, always in the order of their ids: two who write to the same
 * people wait for each other and never in a circle.
 */
export async function lockInboxes(trx: Sql, accounts: Iterable<AccountId>): Promise<Map<AccountId, Inbox>> {
  const ids = [...new Set(accounts)].toSorted((one, other) => one - other)
  const inboxes = new Map<AccountId, Inbox>()
  for (const chunk of chunksOf(ids, rowsAtOnce)) {
    await affectedRows(
      trx,
      `INSERT INTO inboxes (account_id) VALUES ${chunk.map(() => '(?)').join(', ')}
       ON DUPLICATE KEY UPDATE unread = unread`,
      chunk,
    )
    const text = `SELECT ${columns} FROM inboxes WHERE account_id IN (?)`
    for (const row of await selectRows<InboxRecord>(trx, text, [chunk])) {
      const inbox = toInbox(row)
      inboxes.set(inbox.account, inbox)
    }
  }
  return inboxes
}

export async function inboxOf(sql: Sql, account: AccountId): Promise<Inbox> {
  const [row] = await selectRows<InboxRecord>(sql, `SELECT ${columns} FROM inboxes WHERE account_id = ?`, [account])
  return row === undefined ? { account, lastPlace: 0, readUpTo: 0, unread: 0 } : toInbox(row)
}

/** With the rows held. */
export async function saveInboxes(trx: Sql, inboxes: Iterable<Inbox>): Promise<void> {
  for (const chunk of chunksOf([...inboxes], rowsAtOnce)) {
    await affectedRows(
      trx,
      `INSERT INTO inboxes (${columns}) VALUES ${chunk.map(() => '(?, ?, ?, ?)').join(', ')}
       ON DUPLICATE KEY UPDATE last_place = VALUES(last_place), read_up_to = VALUES(read_up_to), unread = VALUES(unread)`,
      chunk.flatMap((inbox) => [inbox.account, inbox.lastPlace, inbox.readUpTo, inbox.unread]),
    )
  }
}

function toInbox(row: InboxRecord): Inbox {
  return {
    account: idFromRow(row.account_id),
    lastPlace: row.last_place,
    readUpTo: row.read_up_to,
    unread: row.unread,
  }
}
