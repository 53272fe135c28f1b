import type { AccountId } from '../platform/ids.ts'
import { idFromRow } from '../platform/ids.ts'
import { selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'

/**
 * Lists of people, newest first: by the time at which they came on the list, and by id within a millisecond. The indexes are named:
 * the primary keys begin with the same column, and a list from them would have to be sorted.
 */

export interface Listed {
  account: AccountId
  since: Date
}

export interface ListPage {
  before: Listed | undefined
  limit: number
}

interface ListRecord {
  id: number
  created_at: Date
}

/** Who follows `owner`, without those whom a block keeps from `viewer`. */
export function followersOf(sql: Sql, owner: AccountId, viewer: AccountId, page: ListPage): Promise<Listed[]> {
  return listed(
    sql,
    page,
    (place) => `SELECT follower_id AS id, created_at FROM follows FORCE INDEX (follows_back)
     WHERE followed_id = ? AND ${place('follower_id')} AND ${unparted('follower_id')}
     ORDER BY created_at DESC, follower_id DESC LIMIT ?`,
    { before: [owner], after: [viewer, viewer] },
  )
}

/** Whom `owner` follows, without those whom a block keeps from `viewer`. */
export function followingOf(sql: Sql, owner: AccountId, viewer: AccountId, page: ListPage): Promise<Listed[]> {
  return listed(
    sql,
    page,
    (place) => `SELECT followed_id AS id, created_at FROM follows FORCE INDEX (follows_newest)
     WHERE follower_id = ? AND ${place('followed_id')} AND ${unparted('followed_id')}
     ORDER BY created_at DESC, followed_id DESC LIMIT ?`,
    { before: [owner], after: [viewer, viewer] },
  )
}

export function blockedBy(sql: Sql, owner: AccountId, page: ListPage): Promise<Listed[]> {
  return listed(
    sql,
    page,
    (place) => `SELECT blocked_id AS id, created_at FROM blocks FORCE INDEX (blocks_newest)
     WHERE blocker_id = ? AND ${place('blocked_id')}
     ORDER BY created_at DESC, blocked_id DESC LIMIT ?`,
    { before: [owner], after: [] },
  )
}

export function mutedBy(sql: Sql, owner: AccountId, page: ListPage): Promise<Listed[]> {
  return listed(
    sql,
    page,
    (place) => `SELECT muted_id AS id, created_at FROM mutes FORCE INDEX (mutes_newest)
     WHERE muter_id = ? AND ${place('muted_id')}
     ORDER BY created_at DESC, muted_id DESC LIMIT ?`,
    { before: [owner], after: [] },
  )
}

/** Neither has blocked the other: takes the viewer twice. */
function unparted(column: string): string {
  return `NOT EXISTS (SELECT 1 FROM blocks WHERE blocker_id = ? AND blocked_id = ${column})
     AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocker_id = ${column} AND blocked_id = ?)`
}

async function listed(
  sql: Sql,
  page: ListPage,
  text: (place: (column: string) => string) => string,
  bindings: { before: AccountId[]; after: AccountId[] },
): Promise<Listed[]> {
  const { before, limit } = page
  const place = (column: string): string =>
    before === undefined ? 'TRUE' : `created_at <= ? AND (created_at < ? OR ${column} < ?)`
  const places = before === undefined ? [] : [before.since, before.since, before.account]
  const rows = await selectRows<ListRecord>(sql, text(place), [...bindings.before, ...places, ...bindings.after, limit])
  return rows.map((row) => ({ account: idFromRow(row.id), since: row.created_at }))
}
