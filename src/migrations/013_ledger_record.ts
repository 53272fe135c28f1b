import type { Sql } from '../platform/mysql.ts'

const charset = 'ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci'

/**
 * What the ledger keeps beside the entries: how each epoch ended, what servers acknowledged (witnesses), entries that could
 * not be stored (parked), signed checkpoints of rooms that never close, and every public key that signed.
 *
 * - `ledger_parked_once`: parking is repeatable. `ledger_parked_sender`: send-once looks here too.
 */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `CREATE TABLE ledger_epochs (
       room_id BIGINT UNSIGNED NOT NULL,
       epoch INT UNSIGNED NOT NULL,
       first_seq BIGINT UNSIGNED NOT NULL,
       last_seq BIGINT UNSIGNED NOT NULL,
       digest CHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       cause ENUM('restart', 'rollback', 'absent', 'sleep', 'repair', 'closed')
         CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       suspect_from BIGINT UNSIGNED NULL,
       suspect_to BIGINT UNSIGNED NULL,
       ended_at DATETIME(3) NOT NULL,
       PRIMARY KEY (room_id, epoch)
     ) ${charset}`,
  )
  await sql.raw(
    `CREATE TABLE ledger_acked (
       room_id BIGINT UNSIGNED NOT NULL,
       server VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       epoch INT UNSIGNED NOT NULL,
       seq BIGINT UNSIGNED NOT NULL,
       PRIMARY KEY (room_id, server, epoch)
     ) ${charset}`,
  )
  await sql.raw(
    `CREATE TABLE ledger_parked (
       id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
       room_id BIGINT UNSIGNED NOT NULL,
       epoch INT UNSIGNED NOT NULL,
       seq BIGINT UNSIGNED NOT NULL,
       at BIGINT UNSIGNED NOT NULL,
       sender_id BIGINT UNSIGNED NOT NULL,
       entry_id VARBINARY(255) NOT NULL,
       kind VARBINARY(255) NOT NULL,
       hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       payload LONGBLOB NOT NULL,
       reason VARCHAR(500) NOT NULL,
       parked_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
       UNIQUE KEY ledger_parked_once (room_id, epoch, seq),
       KEY ledger_parked_sender (room_id, sender_id, entry_id)
     ) ${charset}`,
  )
  await sql.raw(
    `CREATE TABLE ledger_checkpoints (
       room_id BIGINT UNSIGNED NOT NULL,
       last_seq BIGINT UNSIGNED NOT NULL,
       first_seq BIGINT UNSIGNED NOT NULL,
       receipt TEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       PRIMARY KEY (room_id, last_seq)
     ) ${charset}`,
  )
  await sql.raw(
    `CREATE TABLE ledger_keys (
       kid VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
       jwk TEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       first_used_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
     ) ${charset}`,
  )
}

export async function down(sql: Sql): Promise<void> {
  for (const table of ['ledger_keys', 'ledger_checkpoints', 'ledger_parked', 'ledger_acked', 'ledger_epochs']) {
    await sql.raw(`DROP TABLE IF EXISTS ${table}`)
  }
}
