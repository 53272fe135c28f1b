import type { Sql } from '../platform/mysql.ts'

/**
 * The popular posts as they were ranked at some time. A snapshot is written once and never changed; cursors name it.
 *
 * - `popular_snapshots_built`: snapshots that are too old to be kept.
 */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `CREATE TABLE popular_snapshots (
       id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
       built_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
       KEY popular_snapshots_built (built_at)
     ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`,
  )
  await sql.raw(
    `CREATE TABLE popular_entries (
       snapshot_id BIGINT UNSIGNED NOT NULL,
       place INT UNSIGNED NOT NULL,
       post_id BIGINT UNSIGNED NOT NULL,
       PRIMARY KEY (snapshot_id, place)
     ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`,
  )
}

export async function down(sql: Sql): Promise<void> {
  await sql.raw('DROP TABLE IF EXISTS popular_entries')
  await sql.raw('DROP TABLE IF EXISTS popular_snapshots')
}
