import type { Sql } from '../platform/mysql.ts'

/**
 * Who may come in, who may speak and how often, and which change of these settings is no entry of the room yet:
 * `settings_change` is what changed, as JSON, until it is announced.
 *
 * - `rooms_unannounced`: changes that a sweeper must announce.
 */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `ALTER TABLE rooms
       ADD COLUMN entry ENUM('open', 'invited') CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'open',
       ADD COLUMN speak ENUM('members', 'mentors') CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'members',
       ADD COLUMN slow_mode_seconds INT UNSIGNED NOT NULL DEFAULT 0,
       ADD COLUMN settings_version BIGINT UNSIGNED NOT NULL DEFAULT 0,
       ADD COLUMN settings_by BIGINT UNSIGNED NULL,
       ADD COLUMN settings_at DATETIME(3) NULL,
       ADD COLUMN settings_change TEXT NULL,
       ADD COLUMN settings_announced TINYINT UNSIGNED NOT NULL DEFAULT 1,
       ADD KEY rooms_unannounced (settings_announced, settings_at)`,
  )
}

export async function down(sql: Sql): Promise<void> {
  await sql.raw(
    `ALTER TABLE rooms
       DROP KEY rooms_unannounced,
       DROP COLUMN entry, DROP COLUMN speak, DROP COLUMN slow_mode_seconds, DROP COLUMN settings_version,
       DROP COLUMN settings_by, DROP COLUMN settings_at, DROP COLUMN settings_change, DROP COLUMN settings_announced`,
  )
}
