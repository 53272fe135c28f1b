import type { AccountId, RoomId } from '../platform/ids.ts'
import { idFromRow } from '../platform/ids.ts'
import { selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Standing } from './member-store.ts'
import type { RoomKind, RoomSpeak } from './store.ts'

/** What the ledger begins an epoch with, in one read. */

export interface RosterRow {
  kind: RoomKind
  speak: RoomSpeak
  slowModeSeconds: number
  settingsVersion: number
  membersVersion: number
  members: { account: AccountId; version: number; standing: Standing; hasWord: boolean }[]
}

interface RosterRecord {
  kind: RoomKind
  speak: RoomSpeak
  slow_mode_seconds: number
  settings_version: number
  members_version: number
  account_id: number | null
  version: number
  standing: Standing
  has_word: number
}

/** One statement, so one consistent read: the rules, and who is in a hosted room or who was put out of the lobby. */
export async function rosterOf(sql: Sql, room: RoomId): Promise<RosterRow | undefined> {
  const rows = await selectRows<RosterRecord>(
    sql,
    `SELECT r.kind, r.speak, r.slow_mode_seconds, r.settings_version, r.members_version,
       m.account_id, m.version, m.standing, m.has_word
     FROM rooms r LEFT JOIN room_members m
       ON m.room_id = r.id
       AND ((r.kind = 'lobby' AND m.standing IN ('kicked', 'banned'))
         OR (r.kind <> 'lobby' AND m.standing IN ('in', 'stayed')))
     WHERE r.id = ?`,
    [room],
  )
  const [first] = rows
  if (first === undefined) return undefined
  return {
    kind: first.kind,
    speak: first.speak,
    slowModeSeconds: first.slow_mode_seconds,
    settingsVersion: first.settings_version,
    membersVersion: first.members_version,
    members: rows.flatMap(({ account_id: account, version, standing, has_word: word }) =>
      account === null ? [] : { account: idFromRow<AccountId>(account), version, standing, hasWord: word === 1 },
    ),
  }
}
