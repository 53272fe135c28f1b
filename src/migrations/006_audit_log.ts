import type { Sql } from '../platform/mysql.ts'

/**
 * What was done by the power of a role, and by whom: one row an act, never changed, deleted only by age. `actor_id` is NULL for what was not
 * done by an account. `facts` is one JSON document of short values.
 *
 * - `audit_log_at`: the newest acts, and the oldest ones for the sweep.
 * - `audit_log_actor`, `audit_log_account`, `audit_log_room`, `audit_log_action`: acts of one person, about one person, about one room, of
 *   one kind, newest first. InnoDB extends each by `id`.
 */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `CREATE TABLE audit_log (
       id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
       at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
       action VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       actor_id BIGINT UNSIGNED NULL,
       via ENUM('api', 'command', 'seed') CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       account_id BIGINT UNSIGNED NULL,
       room_id BIGINT UNSIGNED NULL,
       subject VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NULL,
       facts TEXT NOT NULL,
       request_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
       KEY audit_log_at (at),
       KEY audit_log_actor (actor_id, at),
       KEY audit_log_account (account_id, at),
       KEY audit_log_room (room_id, at),
       KEY audit_log_action (action, at)
     ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`,
  )
}

export async function down(sql: Sql): Promise<void> {
  await sql.raw('DROP TABLE IF EXISTS audit_log')
}
