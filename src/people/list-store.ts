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

/** Somebody on a list of one's own, who may block in return. */
export interface Hidden extends Listed {
  blocksMe: boolean
}

export interface ListPage {
  before: Listed | undefined
  limit: number
}

interface ListRecord {
  id: number
  created_at: Date
  /** Only of lists of one's own. */
  blocks_me?: number
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

/** All whom somebody follows, newest first: as many as one may follow. */
export async function followedNewest(sql: Sql, owner: AccountId): Promise<Listed[]> {
  const rows = await selectRows<ListRecord>(
    sql,
    `SELECT followed_id AS id, created_at FROM follows FORCE INDEX (follows_newest) WHERE follower_id = ?
     ORDER BY created_at DESC, followed_id DESC`,
    [owner],
  )
  return rows.map(toListed)
}

export function blockedBy(sql: Sql, owner: AccountId, page: ListPage): Promise<Hidden[]> {
  return hidden(
    sql,
    page,
    (place) => `SELECT h.blocked_id AS id, created_at, ${blocksBack('h.blocked_id', 'h.blocker_id')} AS blocks_me
     FROM blocks h FORCE INDEX (blocks_newest)
     WHERE blocker_id = ? AND ${place('blocked_id')}
     ORDER BY created_at DESC, blocked_id DESC LIMIT ?`,
    owner,
  )
}

export function mutedBy(sql: Sql, owner: AccountId, page: ListPage): Promise<Hidden[]> {
  return hidden(
    sql,
    page,
    (place) => `SELECT h.muted_id AS id, created_at, ${blocksBack('h.muted_id', 'h.muter_id')} AS blocks_me
     FROM mutes h FORCE INDEX (mutes_newest)
     WHERE muter_id = ? AND ${place('muted_id')}
     ORDER BY created_at DESC, muted_id DESC LIMIT ?`,
    owner,
  )
}

function blocksBack(other: string, me: string): string {
  return `EXISTS (SELECT 1 FROM blocks b WHERE b.blocker_id = ${other} AND b.blocked_id = ${me})`
}

/** Neither has blocked the other: takes the viewer twice. */
function unparted(column: string): string {
  return `NOT EXISTS (SELECT 1 FROM blocks WHERE blocker_id = ? AND blocked_id = ${column})
     AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocker_id = ${column} AND blocked_id = ?)`
}

type TextOf = (place: (column: string) => string) => string

async function listed(
  sql: Sql,
  page: ListPage,
  text: TextOf,
  bindings: { before: AccountId[]; after: AccountId[] },
): Promise<Listed[]> {
  return (await recordsOf(sql, page, text, bindings)).map(toListed)
}

async function hidden(sql: Sql, page: ListPage, text: TextOf, owner: AccountId): Promise<Hidden[]> {
  const rows = await recordsOf(sql, page, text, { before: [owner], after: [] })
  return rows.map((row) => ({ ...toListed(row), blocksMe: row.blocks_me === 1 }))
}

function toListed(row: ListRecord): Listed {
  return { account: idFromRow(row.id), since: row.created_at }
}

async function recordsOf(
  sql: Sql,
  page: ListPage,
  text: TextOf,
  bindings: { before: AccountId[]; after: AccountId[] },
): Promise<ListRecord[]> {
  const { before, limit } = page
  const place = (column: string): string =>
    before === undefined ? 'TRUE' : `created_at <= ? AND (created_at < ? OR ${column} < ?)`
  const places = before === undefined ? [] : [before.since, before.since, before.account]
  return selectRows<ListRecord>(sql, text(place), [...bindings.before, ...places, ...bindings.after, limit])
}
