import type { AccountId, RoomId } from '../platform/ids.ts'
import { idFromRow } from '../platform/ids.ts'
import { affectedRows, selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import type { RoomSettings } from './store.ts'

/** The SQL of the settings in `rooms`. */

/** A change of settings that is no entry of the room yet, and the rules as of it. */
export interface SettingsChange {
  room: RoomId
  version: number
  by: AccountId
  /** JSON of those that changed. */
  changed: string
}

export async function updateSettings(
  trx: Sql,
  room: RoomId,
  to: { settings: RoomSettings; change: Omit<SettingsChange, 'room'> },
): Promise<void> {
  const { settings, change } = to
  await affectedRows(
    trx,
    `UPDATE rooms
     SET name = ?, topic = ?, seats = ?, entry = ?, speak = ?, slow_mode_seconds = ?,
       settings_version = ?, settings_by = ?, settings_at = NOW(3), settings_change = ?, settings_announced = 0
     WHERE id = ?`,
    [
      ...[settings.name, settings.topic, settings.seats, settings.entry, settings.speak, settings.slowModeSeconds],
      ...[change.version, change.by, change.changed, room],
    ],
  )
}

interface ChangeRecord {
  id: number
  settings_version: number
  settings_by: number
  settings_change: string
}

const changeColumns = 'id, settings_version, settings_by, settings_change'

function toChange(row: ChangeRecord): SettingsChange {
  return {
    room: idFromRow(row.id),
    version: row.settings_version,
    by: idFromRow(row.settings_by),
    changed: row.settings_change,
  }
}

export async function unannouncedSettings(sql: Sql, room: RoomId): Promise<SettingsChange | undefined> {
  const [row] = await selectRows<ChangeRecord>(
    sql,
    `SELECT ${changeColumns} FROM rooms WHERE id = ? AND settings_announced = 0`,
    [room],
  )
  return row === undefined ? undefined : toChange(row)
}

/** Changes older than `ageSeconds` that nobody announced, oldest first. */
export async function pendingSettings(
  sql: Sql,
  pending: { ageSeconds: number; limit: number },
): Promise<SettingsChange[]> {
  const rows = await selectRows<ChangeRecord>(
    sql,
    `SELECT ${changeColumns} FROM rooms
     WHERE settings_announced = 0 AND settings_at <= NOW(3) - INTERVAL ? SECOND
     ORDER BY settings_at LIMIT ?`,
    [pending.ageSeconds, pending.limit],
  )
  return rows.map(toChange)
}

/** Of this version only: a later change is announced by itself. */
export async function markSettingsAnnounced(sql: Sql, change: SettingsChange): Promise<void> {
  await sql('rooms')
    .where({ id: change.room, settings_version: change.version })
    .update({ settings_announced: 1, settings_change: null })
}
