import type { Sql } from '../platform/mysql.ts'

/**
 * What a creating request was answered, under the key that its sender gave it. The primary key decides between two that come at
 * once: the row is written in the transaction that creates. A key has its exact spelling, so it is compared byte by byte.
 */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `CREATE TABLE idempotency_keys (
       account_id BIGINT UNSIGNED NOT NULL,
       idempotency_key VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       route VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       fingerprint BINARY(32) NOT NULL,
       status SMALLINT UNSIGNED NOT NULL,
       headers TEXT NOT NULL,
       body MEDIUMTEXT NULL,
       created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
       PRIMARY KEY (account_id, idempotency_key),
       -- The sweeper takes the oldest first.
       KEY idempotency_keys_age (created_at)
     ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`,
  )
}

export async function down(sql: Sql): Promise<void> {
  await sql.raw('DROP TABLE IF EXISTS idempotency_keys')
}
