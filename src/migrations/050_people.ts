import type { Sql } from '../platform/mysql.ts'

const charset = 'ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci'

/**
 * How people stand to each other. `people` has one row for each person who ever had to do with another: the row for which
 * changes between people wait, with the counts that it keeps exact; `hidden` are blocks and mutes by this person together.
 * The other three hold one row for each pair; their primary keys answer whom a person follows, blocks or mutes, and whether.
 *
 * - `follows_newest`, `follows_back`: whom a person follows, and who follows that person, newest first.
 * - `blocks_newest`, `mutes_newest`: the same for one's own lists of blocks and mutes.
 * - `blocks_back`, `mutes_back`: who hides this person.
 */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `CREATE TABLE people (
       account_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
       followers INT UNSIGNED NOT NULL DEFAULT 0,
       following INT UNSIGNED NOT NULL DEFAULT 0,
       hidden INT UNSIGNED NOT NULL DEFAULT 0
     ) ${charset}`,
  )
  await sql.raw(
    `CREATE TABLE follows (
       follower_id BIGINT UNSIGNED NOT NULL,
       followed_id BIGINT UNSIGNED NOT NULL,
       created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
       PRIMARY KEY (follower_id, followed_id),
       KEY follows_newest (follower_id, created_at, followed_id),
       KEY follows_back (followed_id, created_at, follower_id)
     ) ${charset}`,
  )
  await sql.raw(
    `CREATE TABLE blocks (
       blocker_id BIGINT UNSIGNED NOT NULL,
       blocked_id BIGINT UNSIGNED NOT NULL,
       created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
       PRIMARY KEY (blocker_id, blocked_id),
       KEY blocks_newest (blocker_id, created_at, blocked_id),
       KEY blocks_back (blocked_id, blocker_id)
     ) ${charset}`,
  )
  await sql.raw(
    `CREATE TABLE mutes (
       muter_id BIGINT UNSIGNED NOT NULL,
       muted_id BIGINT UNSIGNED NOT NULL,
       created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
       PRIMARY KEY (muter_id, muted_id),
       KEY mutes_newest (muter_id, created_at, muted_id),
       KEY mutes_back (muted_id, muter_id)
     ) ${charset}`,
  )
}

export async function down(sql: Sql): Promise<void> {
  for (const table of ['mutes', 'blocks', 'follows', 'people']) await sql.raw(`DROP TABLE IF EXISTS ${table}`)
}
