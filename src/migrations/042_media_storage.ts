import { randomBytes } from 'node:crypto'
import type { Sql } from '../platform/mysql.ts'

/**
 * One row: who this installation is, and how many sweeps for stray files it has counted. The storage of the pictures carries the
 * same as a mark, so that no sweeper takes files for strays that belong to another database, or to a later state of this one.
 */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `CREATE TABLE media_storage (
       id TINYINT UNSIGNED NOT NULL PRIMARY KEY,
       installation CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       sweeps BIGINT UNSIGNED NOT NULL
     ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`,
  )
  const installation = randomBytes(16).toString('base64url')
  await sql.raw('INSERT INTO media_storage (id, installation, sweeps) VALUES (1, ?, 0)', [installation])
}

export async function down(sql: Sql): Promise<void> {
  await sql.raw('DROP TABLE IF EXISTS media_storage')
}
