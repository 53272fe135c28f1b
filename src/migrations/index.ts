import { mysqlErrno, noSuchTable, selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import * as accounts from './001_accounts.ts'
import * as sessions from './002_sessions.ts'
import * as roleGrants from './003_role_grants.ts'
import * as profiles from './004_profiles.ts'
import * as names from './005_names.ts'
import * as auditLog from './006_audit_log.ts'
import * as ledgers from './010_ledgers.ts'
import * as messages from './011_messages.ts'
import * as endRoom from './012_end_room.ts'
import * as ledgerRecord from './013_ledger_record.ts'
import * as parkedTargets from './014_parked_targets.ts'
import * as quarantineAccepted from './015_quarantine_accepted.ts'
import * as rooms from './020_rooms.ts'
import * as roomMembers from './021_room_members.ts'
import * as readMarkers from './022_read_markers.ts'
import * as mentors from './023_mentors.ts'
import * as roomRules from './024_room_rules.ts'
import * as roomBans from './025_room_bans.ts'
import * as roomInvitations from './026_room_invitations.ts'
import * as roomTellings from './027_room_tellings.ts'
import * as messagePictures from './028_message_pictures.ts'
import * as events from './030_events.ts'
import * as eventRelay from './031_event_relay.ts'
import * as media from './040_media.ts'
import * as mediaOwners from './041_media_owners.ts'
import * as mediaStorage from './042_media_storage.ts'
import * as people from './050_people.ts'
import * as notifications from './060_notifications.ts'
import * as posts from './070_posts.ts'
import * as postPictures from './071_post_pictures.ts'
import * as postTags from './072_post_tags.ts'
import * as postCounts from './073_post_counts.ts'
import * as comments from './074_comments.ts'
import * as likes from './075_likes.ts'
import * as popular from './076_popular.ts'
import * as idempotencyKeys from './090_idempotency_keys.ts'

interface Migration {
  up(sql: Sql): Promise<void>
  down(sql: Sql): Promise<void>
}

/** In the order in which they are applied. A name, once released, never changes. */
const migrations: ReadonlyMap<string, Migration> = new Map<string, Migration>([
  ['001_accounts', accounts],
  ['002_sessions', sessions],
  ['003_role_grants', roleGrants],
  ['004_profiles', profiles],
  ['005_names', names],
  ['006_audit_log', auditLog],
  ['010_ledgers', ledgers],
  ['011_messages', messages],
  ['012_end_room', endRoom],
  ['013_ledger_record', ledgerRecord],
  ['014_parked_targets', parkedTargets],
  ['015_quarantine_accepted', quarantineAccepted],
  ['020_rooms', rooms],
  ['021_room_members', roomMembers],
  ['022_read_markers', readMarkers],
  ['023_mentors', mentors],
  ['024_room_rules', roomRules],
  ['025_room_bans', roomBans],
  ['026_room_invitations', roomInvitations],
  ['027_room_tellings', roomTellings],
  ['028_message_pictures', messagePictures],
  ['030_events', events],
  ['031_event_relay', eventRelay],
  ['040_media', media],
  ['041_media_owners', mediaOwners],
  ['042_media_storage', mediaStorage],
  ['050_people', people],
  ['060_notifications', notifications],
  ['070_posts', posts],
  ['071_post_pictures', postPictures],
  ['072_post_tags', postTags],
  ['073_post_counts', postCounts],
  ['074_comments', comments],
  ['075_likes', likes],
  ['076_popular', popular],
  ['090_idempotency_keys', idempotencyKeys],
])

/** Applies what is missing and answers the names; `onStep` hears each name before it runs. Safe to call from several processes at once. */
export async function migrateUp(sql: Sql, onStep: (name: string) => void = () => undefined): Promise<string[]> {
  return underLock(sql, async (locked) => {
    const applied = await appliedMigrations(locked)
    const missing = [...migrations].filter(([name]) => !applied.has(name))
    for (const [name, migration] of missing) {
      onStep(name)
      await migration.up(locked)
      await locked('migrations').insert({ name })
    }
    return missing.map(([name]) => name)
  })
}

/** Takes everything back, newest first. For tests and for leaving: all data goes. */
export async function migrateDown(sql: Sql): Promise<string[]> {
  return underLock(sql, async (locked) => {
    const applied = await appliedMigrations(locked)
    const present = [...migrations].filter(([name]) => applied.has(name)).toReversed()
    for (const [name, migration] of present) {
      await migration.down(locked)
      await locked('migrations').where({ name }).delete()
    }
    return present.map(([name]) => name)
  })
}

/** Names that this version has and the database has not. Only reads: servers may make no table. */
export async function missingMigrations(sql: Sql): Promise<string[]> {
  const applied = await appliedMigrations(sql)
  return [...migrations.keys()].filter((name) => !applied.has(name))
}

/** DDL commits by itself, so the transaction is only there to keep one connection: the lock belongs to that connection. */
async function underLock<T>(sql: Sql, work: (locked: Sql) => Promise<T>): Promise<T> {
  return sql.transaction(async (locked) => {
    const [answer] = await selectRows<{ held: number | null }>(
      locked,
      "SELECT GET_LOCK(CONCAT('madang-migrate-', DATABASE()), 60) AS held",
    )
    if (answer?.held !== 1) throw new Error('another process has been migrating this database for 60 seconds')
    try {
      await createRecord(locked)
      return await work(locked)
    } finally {
      await locked.raw("SELECT RELEASE_LOCK(CONCAT('madang-migrate-', DATABASE()))")
    }
  })
}

function createRecord(sql: Sql): Promise<unknown> {
  return sql.raw(
    `CREATE TABLE IF NOT EXISTS migrations (
       name VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
       applied_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
     ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`,
  )
}

/** In a database that was never migrated there is not even the record. */
async function appliedMigrations(sql: Sql): Promise<Set<string>> {
  try {
    const rows = await sql('migrations').select<{ name: string }[]>('name')
    return new Set(rows.map((row) => row.name))
  } catch (error) {
    if (mysqlErrno(error) === noSuchTable) return new Set()
    throw error
  }
}
