import type { AccountId, PostId } from '../platform/ids.ts'
import { idFromRow } from '../platform/ids.ts'
import { affectedRows, selectRows, timesAsText } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import type { PostKind } from './post.ts'
import { notAmong } from '../platform/sql-lists.ts'
import { postColumns } from './store.ts'
import type { PostRecord } from './store.ts'

/** The SQL of `popular_snapshots` and `popular_entries`. */

/** True when this connection alone ranks now; the lock goes with the connection. Not waited for. */
export async function holdRanking(trx: Sql): Promise<boolean> {
  const text = "SELECT GET_LOCK(CONCAT('madang-popular-', DATABASE()), 0) AS held"
  const [answer] = await selectRows<{ held: number | null }>(trx, text)
  return answer?.held === 1
}

export async function releaseRanking(trx: Sql): Promise<void> {
  await trx.raw("SELECT RELEASE_LOCK(CONCAT('madang-popular-', DATABASE()))")
}

/** Seconds since the last ranking, by the clock of the database. */
export async function secondsSinceRanking(sql: Sql): Promise<number | undefined> {
  const [row] = await selectRows<{ seconds: string | number }>(
    sql,
    `SELECT TIMESTAMPDIFF(MICROSECOND, built_at, NOW(3)) / 1000000 AS seconds
     FROM popular_snapshots ORDER BY id DESC LIMIT 1`,
  )
  return row === undefined ? undefined : Number(row.seconds)
}

/** Ranks the posts of the last `days`; the order is explained in popular.ts. */
export async function rankedPosts(sql: Sql, ranking: { days: number; limit: number }): Promise<PostId[]> {
  const rows = await selectRows<{ id: number }>(
    sql,
    `SELECT p.id FROM posts p FORCE INDEX (posts_created)
     WHERE p.created_at >= NOW(3) - INTERVAL ? DAY
     ORDER BY (1 + p.like_count + 2 * p.comment_count)
       / POW(GREATEST(TIMESTAMPDIFF(SECOND, p.created_at, NOW(3)), 0) / 3600 + 2, 1.5) DESC, p.id DESC
     LIMIT ?`,
    [ranking.days, ranking.limit],
  )
  return rows.map((row) => idFromRow(row.id))
}

export async function insertSnapshot(trx: Sql, posts: readonly PostId[]): Promise<number> {
  const [id] = await trx('popular_snapshots').insert({})
  const snapshot = idFromRow<number & PostId>(id)
  if (posts.length > 0) {
    await trx('popular_entries').insert(
      posts.map((post, index) => ({ snapshot_id: snapshot, place: index + 1, post_id: post })),
    )
  }
  return snapshot
}

/** The newest one always stays. */
export async function dropSnapshotsBefore(trx: Sql, newest: number, seconds: number): Promise<void> {
  const old = await selectRows<{ id: number }>(
    trx,
    'SELECT id FROM popular_snapshots WHERE built_at < NOW(3) - INTERVAL ? SECOND AND id < ?',
    [seconds, newest],
  )
  if (old.length === 0) return
  const ids = old.map((row) => row.id)
  await affectedRows(trx, 'DELETE FROM popular_entries WHERE snapshot_id IN (?)', [ids])
  await affectedRows(trx, 'DELETE FROM popular_snapshots WHERE id IN (?)', [ids])
}

export async function newestSnapshot(sql: Sql): Promise<number | undefined> {
  const text = 'SELECT id FROM popular_snapshots ORDER BY id DESC LIMIT 1'
  const [row] = await selectRows<{ id: number }>(sql, text)
  return row?.id
}

export async function snapshotExists(sql: Sql, snapshot: number): Promise<boolean> {
  const text = 'SELECT id FROM popular_snapshots WHERE id = ?'
  return (await selectRows(sql, text, [snapshot])).length === 1
}

export interface PopularPage {
  snapshot: number
  /** Place of the last post of the page before. */
  after: number
  kind: PostKind | undefined
  without: ReadonlySet<AccountId>
  limit: number
}

/** What was deleted since, or is hidden, is left out, and the page is full all the same. */
export async function popularPosts(sql: Sql, page: PopularPage): Promise<{ place: number; post: PostRecord }[]> {
  const hidden = notAmong('p.author_id', page.without)
  const kind = page.kind === undefined ? { text: '', bindings: [] } : { text: 'AND p.kind = ?', bindings: [page.kind] }
  const rows = await selectRows<PostRecord & { place: number }>(
    sql,
    `SELECT e.place, ${postColumns} FROM popular_entries e FORCE INDEX (PRIMARY) STRAIGHT_JOIN posts p ON p.id = e.post_id
     WHERE e.snapshot_id = ? AND e.place > ? ${hidden.text} ${kind.text} ORDER BY e.place LIMIT ?`,
    [page.snapshot, page.after, ...hidden.bindings, ...kind.bindings, page.limit],
    timesAsText,
  )
  return rows.map(({ place, ...post }) => ({ place, post }))
}
