import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { NeededFiles, PictureFiles, StoredFile } from '../../media/index.ts'
import type { Sql } from '../../platform/mysql.ts'
import { Earlier } from '../backup/earlier.ts'
import { pathOfPicture } from '../backup/picture-path.ts'
import { isFileGone } from '../backup/written-file.ts'
import type { Found } from './found.ts'

/** Asks for every file of every picture, and brings back what is missing. `standing` of the storage must be known to be ours. */
export async function findPictures(
  pictures: PictureFiles,
  { sql, from, requireStorage }: { sql: Sql; from: string | undefined; requireStorage: () => Promise<void> },
): Promise<Found & { rendered: string[] }> {
  const found: Found & { rendered: string[] } = { brought: [], written: [], missing: [], rendered: [] }
  const backup = from === undefined ? undefined : { folder: from, earlier: await Earlier.open(from) }
  for await (const needed of pictures.needed(sql)) {
    const lacking = new Set(await pictures.stillNeeded(sql, await pictures.lacking(needed)))
    if (lacking.size === 0) continue
    await requireStorage()
    const kept = backup && { folder: backup.folder, listed: await backup.earlier.listed([...lacking].toSorted()) }
    for (const picture of needed) {
      if (!lacking.has(picture.name)) continue
      const how = await bring(pictures, picture, kept)
      if (how === 'not') found.missing.push(picture.name)
      else found.brought.push(picture.name)
      if (how === 'rendered') found.rendered.push(picture.name)
    }
  }
  return found
}

interface Kept {
  folder: string
  /** Path → SHA-256, as the backup lists them. */
  listed: ReadonlyMap<string, string>
}

type Brought = 'as needed' | 'rendered' | 'not'

/** The backup may be of a time before the picture was rendered, or after it. */
async function bring(pictures: PictureFiles, { files, orElse }: NeededFiles, kept: Kept | undefined): Promise<Brought> {
  if (kept === undefined) return 'not'
  if (await bringAll(pictures, files, kept)) return 'as needed'
  return orElse !== undefined && (await bringAll(pictures, orElse, kept)) ? 'rendered' : 'not'
}

async function bringAll(pictures: PictureFiles, files: readonly StoredFile[], kept: Kept): Promise<boolean> {
  for (const file of files) {
    if ((await pictures.get(file)) !== undefined) continue
    const bytes = await readAsListed(kept, pathOfPicture(file))
    if (bytes === undefined) return false
    await pictures.put(file, bytes)
  }
  return true
}

async function readAsListed({ folder, listed }: Kept, file: string): Promise<Buffer | undefined> {
  const sha256 = listed.get(file)
  if (sha256 === undefined) return undefined
  try {
    const bytes = await readFile(path.join(folder, file))
    return createHash('sha256').update(bytes).digest('hex') === sha256 ? bytes : undefined
  } catch (error) {
    if (isFileGone(error)) return undefined
    throw error
  }
}
