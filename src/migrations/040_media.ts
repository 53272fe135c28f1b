import type { Sql } from '../platform/mysql.ts'

/**
 * Pictures. A row is there before any file of it and goes after the last, so that every file can be found from a row.
 * `due_at` is when a sweeper must look at the row, NULL while there is nothing left to do.
 *
 * - `media_name`: files that no row knows are found by their names.
 * - `media_due`: what a sweeper has to do, the longest overdue first.
 */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `CREATE TABLE media (
       id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
       owner_id BIGINT UNSIGNED NOT NULL,
       name CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       state ENUM('uploading', 'processing', 'ready', 'failed', 'released')
         CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       use_type ENUM('post', 'message', 'profile') CHARACTER SET ascii COLLATE ascii_bin NULL,
       use_id BIGINT UNSIGNED NULL,
       width INT UNSIGNED NOT NULL,
       height INT UNSIGNED NOT NULL,
       bytes BIGINT UNSIGNED NOT NULL,
       placeholder VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       has_original TINYINT UNSIGNED NOT NULL DEFAULT 1,
       attempts SMALLINT UNSIGNED NOT NULL DEFAULT 0,
       last_error VARCHAR(500) NULL,
       due_at DATETIME(3) NULL,
       created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
       UNIQUE KEY media_name (name),
       KEY media_due (due_at)
     ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`,
  )
}

export async function down(sql: Sql): Promise<void> {
  await sql.raw('DROP TABLE IF EXISTS media')
}
