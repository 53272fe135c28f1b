import { onRecordOf } from '../../audit/index.ts'
import type { Config } from '../../config.ts'
import { forgetTranscripts } from '../../ledger/index.ts'
import type { PictureFiles } from '../../media/index.ts'
import { underLock } from '../../migrations/index.ts'
import { inTransaction } from '../../platform/mysql.ts'
import type { Sql } from '../../platform/mysql.ts'
import { readManifest } from '../backup/manifest.ts'
import { requireOwnSchema } from '../backup/own-schema.ts'
import type { Found } from './found.ts'
import type { MissingOptions } from './options.ts'
import { findPictures } from './pictures.ts'
import { countTranscripts, findTranscripts } from './transcripts.ts'

export interface MissingParts {
  config: Config
  sql: Sql
  pictures: PictureFiles
}

/** Thrown with one readable line before anything is written or given up. */
export class CannotSettle extends Error {}

/**
 * Looks for what rows want, brings back what can be, and, where that is said, gives up the rest, on record. No backup is taken meanwhile. Errors:
 * `CannotSettle`, `DamagedBackup`, `CannotStart`, `TablesAreLocked`.
 */
export async function findMissing(
  { config, sql, pictures }: MissingParts,
  { from, goneForGood, isFolderRight }: MissingOptions,
): Promise<Found & { isGivenUp: boolean }> {
  if (from !== undefined) await readManifest(from)
  return underLock(sql, async () => {
    await requireOwnSchema(sql)
    if (!isFolderRight) await requireTranscripts(sql, config.TRANSCRIPTS_FOLDER)
    // Pictures first: whose their storage is, is asked before anything is brought.
    const shown = await findPictures(pictures, { sql, from, requireStorage: () => requireOurs(pictures, sql) })
    const transcripts = await findTranscripts(sql, { folder: config.TRANSCRIPTS_FOLDER, from })
    const missing = [...transcripts.missing, ...shown.missing]
    const isGivenUp = missing.length > 0 && goneForGood === missing.length
    await inTransaction(sql, async (trx) => {
      await pictures.settle(trx, { rendered: shown.rendered, lost: isGivenUp ? shown.missing : [] })
      if (!isGivenUp) return
      await forgetTranscripts(trx, transcripts.missing)
      const facts = { pictures: shown.missing.length, transcripts: transcripts.missing.length }
      await onRecordOf({ account: undefined, via: 'command' })(trx, { action: 'files.given_up', facts })
    })
    const brought = [...transcripts.brought, ...shown.brought]
    return { brought, written: transcripts.written, missing, isGivenUp }
  })
}

/** A folder whose volume is not mounted has at most those that were written since. */
async function requireTranscripts(sql: Sql, folder: string): Promise<void> {
  const { named, there } = await countTranscripts(sql, folder)
  if (there * 2 >= named) return
  throw new CannotSettle(
    `Of ${named} files of transcripts ${there} are in ${folder}: is its volume mounted? Where it is, and the others are gone, --folder-is-right says so.`,
  )
}

/** Another bucket, or a folder whose volume is not mounted, has no mark of ours. */
async function requireOurs(pictures: PictureFiles, sql: Sql): Promise<void> {
  const standing = await pictures.standing(sql)
  if (standing === 'ours') return
  throw new CannotSettle(
    `Pictures are missing, and their storage is ${standing}: is its volume mounted, is it the right bucket? Where it is, "npm run adopt-pictures" says so.`,
  )
}
