import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { transcriptFile } from '../../ledger/index.ts'
import type { PictureFiles, StoredFile } from '../../media/index.ts'
import type { Sql } from '../../platform/mysql.ts'
import { eachOf } from './at-once.ts'
import type { Earlier } from './earlier.ts'
import type { FileList } from './file-list.ts'
import type { Manifest } from './manifest.ts'
import { factsOf, writeFile } from './written-file.ts'

/** What both kinds of files are copied with. */
export interface Copying {
  folder: string
  earlier: Earlier | undefined
  onFile: () => void
}

const filesAtOnce = 8

export const pathOfPicture = ({ shelf, name }: StoredFile): string => `pictures/${shelf}/${name.slice(0, 2)}/${name}`

/**
 * Copies what is not there yet. It is done twice: before the rows are read, since what they name may be removed while they are; and by the
 * rows that were read, for what has come in between.
 */
export async function bringPictures(pictures: PictureFiles, sql: Sql, copying: Copying): Promise<void> {
  await eachOf(pictures.needed(sql), filesAtOnce, async ({ files, orElse }) => {
    // One that is about to be rendered has an original that is about to go.
    if (orElse === undefined) await bringAll(pictures, files, copying)
    copying.onFile()
  })
}

async function bringPicture(
  pictures: PictureFiles,
  file: StoredFile,
  { folder, earlier }: Copying,
): Promise<'there' | 'missing'> {
  const name = pathOfPicture(file)
  if (await isThere(path.join(folder, name))) return 'there'
  if ((await earlier?.take(name, folder)) === true) return 'there'
  const bytes = await pictures.get(file)
  if (bytes === undefined) return 'missing'
  await writeFile(folder, name, once(bytes))
  return 'there'
}

type CopiedPictures = Pick<Manifest['pictures'], 'files' | 'rendered' | 'gone' | 'missing'>

/** By the rows of a backup: brings what is still missing, and lists everything. `sql` knows what has become of pictures since. */
export async function listPictures(
  pictures: PictureFiles,
  { snapshot, sql, list, copying }: { snapshot: Sql; sql: Sql; list: FileList; copying: Copying },
): Promise<CopiedPictures> {
  const copied: CopiedPictures = { files: 0, rendered: [], gone: [], missing: [] }
  for await (const needed of pictures.needed(snapshot)) {
    const lost: string[] = []
    const found = new Map<string, StoredFile[]>()
    await eachOf(only(needed), filesAtOnce, async ({ name, files, orElse }) => {
      if (await bringAll(pictures, files, copying)) found.set(name, files)
      else if (orElse !== undefined && (await bringAll(pictures, orElse, copying))) {
        found.set(name, orElse)
        copied.rendered.push(name)
      } else lost.push(name)
      copying.onFile()
    })
    const missing = await pictures.stillNeeded(sql, lost)
    copied.missing.push(...missing)
    copied.gone.push(...lost.filter((name) => !missing.includes(name)))
    for (const { name } of needed) copied.files += await listFiles(name, found.get(name) ?? [], list, copying)
  }
  return copied
}

async function bringAll(pictures: PictureFiles, files: readonly StoredFile[], copying: Copying): Promise<boolean> {
  for (const file of files) if ((await bringPicture(pictures, file, copying)) === 'missing') return false
  return true
}

/** What was taken over from an earlier backup need not be read to know what it holds. */
async function listFiles(
  picture: string,
  files: readonly StoredFile[],
  list: FileList,
  { folder, earlier }: Copying,
): Promise<number> {
  const paths = files.map(pathOfPicture)
  const known = await earlier?.known(picture, paths, folder)
  for (const file of paths) {
    const facts = known?.get(file) ?? (await factsOf(path.join(folder, file)))
    if (facts === undefined) throw new Error(`${file} has been taken out of the backup while it was being written`)
    await list.add(file, facts)
  }
  return paths.length
}

/** The transcripts that the rows name: their hashes are in their names, so that a damaged one is seen. */
export async function copyTranscripts(
  names: AsyncIterable<string[]>,
  { from, list, copying }: { from: string; list: FileList; copying: Copying },
): Promise<Manifest['transcripts']> {
  const copied: Manifest['transcripts'] = { files: 0, missing: [] }
  await eachOf(names, filesAtOnce, async (name) => {
    const file = `transcripts/${name}`
    const there = await transcriptFile(from, name)
    const facts = there && (await bringTranscript(there, file, copying))
    if (there === undefined || facts?.sha256 !== there.sha256) copied.missing.push(name)
    else {
      await list.add(file, facts)
      copied.files += 1
    }
  })
  return copied
}

async function bringTranscript(
  { path: source }: { path: string },
  file: string,
  { folder, earlier }: Copying,
): Promise<{ bytes: number; sha256: string } | undefined> {
  const target = path.join(folder, file)
  if ((await isThere(target)) || (await earlier?.take(file, folder)) === true) return factsOf(target)
  return writeFile(folder, file, createReadStream(source) as AsyncIterable<Buffer>)
}

async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  )
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
}

async function* only<T>(items: readonly T[]): AsyncGenerator<readonly T[]> {
  yield items
}
