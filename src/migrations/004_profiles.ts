import type { Sql } from '../platform/mysql.ts'

/**
 * What people say of themselves. Of a picture a profile keeps two things: its name, from which the addresses of its files
 * follow without a second query, and its id, to give it up by.
 */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `ALTER TABLE accounts
       ADD COLUMN bio VARCHAR(500) NOT NULL DEFAULT '',
       ADD COLUMN area VARCHAR(60) NOT NULL DEFAULT '',
       ADD COLUMN picture_id BIGINT UNSIGNED NULL,
       ADD COLUMN picture_name VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NULL`,
  )
}

export async function down(sql: Sql): Promise<void> {
  await sql.raw(
    'ALTER TABLE accounts DROP COLUMN bio, DROP COLUMN area, DROP COLUMN picture_id, DROP COLUMN picture_name',
  )
}
