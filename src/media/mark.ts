import { z } from 'zod'
import type { Sql } from '../platform/mysql.ts'
import { countSweep, ownInstallation } from './mark-store.ts'
import type { Installation } from './mark-store.ts'
import type { Storage } from './storage.ts'
import { countShown } from './store.ts'

/**
 * Whose files these are. A storage carries a mark: the installation that keeps its pictures here, and how many sweeps for strays its
 * database had counted. The count tells a database that was restored from an older backup: the mark has seen more sweeps than it.
 */

export interface MarkParts {
  sql: Sql
  storage: Storage
}

export type Standing = 'ours' | 'unmarked' | 'of another installation' | 'newer than the database'

const markText = z.object({ installation: z.string(), sweeps: z.int() })

export async function standingOf({ sql, storage }: MarkParts): Promise<Standing> {
  // The mark before the row: the row always counts first, so a mark that is ahead is none of another worker.
  const text = await storage.mark()
  if (text === undefined) return 'unmarked'
  const own = await ownInstallation(sql)
  const mark = readMark(text)
  if (mark?.installation !== own.installation) return 'of another installation'
  return mark.sweeps > own.sweeps ? 'newer than the database' : 'ours'
}

/** Whether this database may say which files are strays; the sweep is counted when it may. */
export async function enterSweep(parts: MarkParts): Promise<Standing> {
  await markWhenEmpty(parts)
  const standing = await standingOf(parts)
  if (standing === 'ours') await writeMark(parts.storage, await countSweep(parts.sql))
  return standing
}

/** An operator's word that this database is the one that knows the files. Resolves with what they were until then. */
export async function takeOver(parts: MarkParts): Promise<Standing> {
  const standing = await standingOf(parts)
  await writeMark(parts.storage, await ownInstallation(parts.sql))
  return standing
}

/** What a storage was to who wants to fill it: but for the first two it is left as it is. */
export type Reserved = 'empty' | 'ours' | 'files of another' | 'files of unknown' | 'kept for another'

/**
 * For before files are put here that another storage had: an empty one becomes that installation's, one that is its already stays as it is.
 * A mark in an empty one is somebody's who may be about to put files there. It gives way only where it is that of `replaced`, an
 * installation that is about to end, and of which nothing runs any more.
 */
export async function reserve(storage: Storage, own: Installation, replaced: string | undefined): Promise<Reserved> {
  const text = await storage.mark()
  const mark = text === undefined ? undefined : readMark(text)
  if (mark?.installation === own.installation) return 'ours'
  if (!(await storage.isEmpty())) return text === undefined ? 'files of unknown' : 'files of another'
  const isFree = text === undefined || (mark !== undefined && mark.installation === replaced)
  if (!isFree) return 'kept for another'
  await writeMark(storage, own)
  return 'empty'
}

/** For before the first file: an empty storage becomes ours, as long as we have no picture. It is looked at once, and again after a failure. */
export function createMarking(parts: MarkParts): () => Promise<void> {
  let marking: Promise<void> | undefined
  return async () => {
    try {
      await (marking ??= markWhenEmpty(parts))
    } catch (error) {
      marking = undefined
      throw error
    }
  }
}

/** Where there are pictures an empty storage is another than theirs, such as a folder whose volume is not mounted. */
async function markWhenEmpty({ sql, storage }: MarkParts): Promise<void> {
  if ((await storage.mark()) !== undefined || !(await storage.isEmpty()) || (await countShown(sql)) > 0) return
  await writeMark(storage, await ownInstallation(sql))
}

function writeMark(storage: Storage, { installation, sweeps }: Installation): Promise<void> {
  return storage.setMark(`${JSON.stringify({ installation, sweeps })}\n`)
}

/** Undefined when it is not one of ours. */
function readMark(text: string): Installation | undefined {
  try {
    return markText.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
