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
import * as restoredEpochs from './016_restored_epochs.ts'
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
import { applyMigration } from './apply.ts'
import type { Migration } from './apply.ts'
import { underLock } from './lock.ts'
import type { Waiting } from './lock.ts'
import { appliedMigrations, createRecord, noteEnded, restoring, strike, whatIsUnderWay } from './record.ts'
import { standOfSchema } from './stand.ts'
import type { SchemaStand } from './stand.ts'

export { NotOurLock, TablesAreLocked, describeHolder, lockHolder, underLock, unlock } from './lock.ts'
export { createRecord, noteBegun, noteEnded, restoring, whatIsUnderWay } from './record.ts'
export { faultOfSchema } from './stand.ts'
export type { SchemaStand } from './stand.ts'

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
  ['016_restored_epochs', restoredEpochs],
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

/** In their order. */
export const migrationNames: readonly string[] = [...migrations.keys()]

/** Thrown before anything is changed, with what to do instead. */
export class CannotMigrate extends Error {}

export interface Migrating {
  /** Hears each name before it is applied. */
  onStep?: (name: string) => void
  /** For who has the tables to themselves. */
  waiting?: Waiting
}

/**
 * Applies what is missing and answers the names; goes on with what a process that died has begun. Safe to call from several processes at
 * once: they wait for each other. Errors: `CannotMigrate`, `TablesAreLocked`.
 */
export async function migrateUp(sql: Sql, { onStep, waiting }: Migrating = {}): Promise<string[]> {
  return underLock(
    sql,
    async (locked) => {
      await requireNoRestore(locked)
      return applyAmong(locked, new Set(migrationNames), onStep)
    },
    waiting,
  )
}

async function requireNoRestore(locked: Sql): Promise<void> {
  if (!(await whatIsUnderWay(locked)).some(({ name }) => name === restoring)) return
  throw new CannotMigrate(
    'A restore of this database has begun and has not ended: run "npm run restore" again, it begins anew.',
  )
}

/** Those of the given ones that are missing, for who has the lock. */
export async function applyAmong(
  locked: Sql,
  wanted: ReadonlySet<string>,
  onStep: (name: string) => void = () => undefined,
): Promise<string[]> {
  await createRecord(locked)
  const applied = await appliedMigrations(locked)
  requireKnown(applied)
  await endWhole(locked, applied)
  const missing = [...migrations].filter(([name]) => wanted.has(name) && !applied.has(name))
  for (const [name, migration] of missing) {
    onStep(name)
    await applyMigration(locked, name, migration)
  }
  return missing.map(([name]) => name)
}

/** Where a process died between the two notes of a migration that was whole, the second one is missing. */
async function endWhole(locked: Sql, applied: ReadonlySet<string>): Promise<void> {
  for (const { name } of await whatIsUnderWay(locked)) if (applied.has(name)) await noteEnded(locked, name)
}

function requireKnown(applied: ReadonlySet<string>): void {
  const unknown = [...applied].filter((name) => !migrations.has(name))
  if (unknown.length === 0) return
  throw new CannotMigrate(
    `The tables are those of a newer version: this one does not know ${unknown.join(', ')}. Run the version that made them, or restore a backup of before (docs/upgrading.md).`,
  )
}

/** Takes everything back, newest first. For tests and for leaving: all data goes. */
export async function migrateDown(sql: Sql): Promise<string[]> {
  return underLock(sql, async (locked) => {
    await createRecord(locked)
    const applied = await appliedMigrations(locked)
    const [begun] = await whatIsUnderWay(locked)
    if (begun !== undefined) {
      throw new CannotMigrate(
        `${begun.name} has begun and not ended: ${begun.name === restoring ? 'run the restore again' : 'run "npm run migrate"'}, then come back.`,
      )
    }
    const present = [...migrations].filter(([name]) => applied.has(name)).toReversed()
    for (const [name, migration] of present) {
      await migration.down(locked)
      await strike(locked, name)
    }
    return present.map(([name]) => name)
  })
}

/** How the tables stand to this version. Only reads: servers may make no table. */
export function schemaStand(sql: Sql): Promise<SchemaStand> {
  return standOfSchema(sql, migrationNames)
}
