import type { Sql } from '../platform/mysql.ts'

/**
 * People. `username` is kept in lower case and never changes, `password` is a PHC string.
 *
 * - `accounts_username`: sign-in, and no name twice.
 * - `accounts_role`: the admins, whose rows are locked so that the last one cannot be taken away.
 */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `CREATE TABLE accounts (
       id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
       username VARCHAR(30) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       display_name VARCHAR(50) NOT NULL,
       password VARCHAR(200) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       role ENUM('member', 'mentor', 'admin') CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'member',
       language ENUM('ko', 'en') CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'ko',
       created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
       UNIQUE KEY accounts_username (username),
       KEY accounts_role (role)
     ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`,
  )
}

export async function down(sql: Sql): Promise<void> {
  await sql.raw('DROP TABLE IF EXISTS accounts')
}
