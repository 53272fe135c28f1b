import type { Sql } from '../platform/mysql.ts'

/**
 * Sign-ins. One row is one family of refresh tokens, whatever their number: of its tokens only the present one and the one
 * before are known, as SHA-256 (see accounts/refresh-tokens.ts). A session that has ended has no row.
 *
 * - `sessions_family`: a refresh names its family.
 * - `sessions_of_account`: an account's sessions by last use: the list, the surplus at sign-in, and ending them all.
 */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `CREATE TABLE sessions (
       id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
       account_id BIGINT UNSIGNED NOT NULL,
       family_hash CHAR(43) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       token_hash CHAR(43) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       previous_hash CHAR(43) CHARACTER SET ascii COLLATE ascii_bin NULL,
       rotation_salt CHAR(43) CHARACTER SET ascii COLLATE ascii_bin NULL,
       rotated_by CHAR(43) CHARACTER SET ascii COLLATE ascii_bin NULL,
       rotated_at DATETIME(3) NULL,
       user_agent VARCHAR(200) NOT NULL,
       created_at DATETIME(3) NOT NULL,
       used_at DATETIME(3) NOT NULL,
       expires_at DATETIME(3) NOT NULL,
       UNIQUE KEY sessions_family (family_hash),
       KEY sessions_of_account (account_id, used_at, id)
     ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`,
  )
}

export async function down(sql: Sql): Promise<void> {
  await sql.raw('DROP TABLE IF EXISTS sessions')
}
