import type { Sql } from '../platform/mysql.ts'

/**
 * The record of every change of a role. `granted_by` is NULL for what was not done by an account.
 *
 * - `role_grants_of_account`: how somebody came to a role, newest first.
 */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `CREATE TABLE role_grants (
       id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
       account_id BIGINT UNSIGNED NOT NULL,
       granted_by BIGINT UNSIGNED NULL,
       from_role ENUM('member', 'mentor', 'admin') CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       to_role ENUM('member', 'mentor', 'admin') CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       via ENUM('admin', 'command', 'seed') CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       granted_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
       KEY role_grants_of_account (account_id, id)
     ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`,
  )
}

export async function down(sql: Sql): Promise<void> {
  await sql.raw('DROP TABLE IF EXISTS role_grants')
}
