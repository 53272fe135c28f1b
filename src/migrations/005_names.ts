import type { Sql } from '../platform/mysql.ts'

/**
 * What people are found by beside their username: the name they go by, in lower case and compared byte by byte, so that the names
 * that begin with a text lie side by side. The database derives it: it cannot be forgotten.
 *
 * - `accounts_names`: people by the beginning of their name; the username comes along, to leave out whom that one finds already.
 */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `ALTER TABLE accounts
       ADD COLUMN name_key VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin GENERATED ALWAYS AS (LOWER(display_name)) VIRTUAL,
       ADD KEY accounts_names (name_key, id, username)`,
  )
}

export async function down(sql: Sql): Promise<void> {
  await sql.raw('ALTER TABLE accounts DROP KEY accounts_names, DROP COLUMN name_key')
}
