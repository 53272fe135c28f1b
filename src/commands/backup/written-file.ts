import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { link, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'

/** Files of a backup: each is written aside, synced, and then named, so that what is there is whole. */

export interface FileFacts {
  bytes: number
  sha256: string
}

/** Where what is half written lies; a backup that is whole has none of it. */
export const aside = '.writing'

/** Replaces what is there. `bytes` may be endless: little is in memory at once. */
export async function writeFile(
  folder: string,
  name: string,
  bytes: AsyncIterable<Buffer | string>,
): Promise<FileFacts> {
  const file = path.join(folder, name)
  const half = path.join(folder, aside, randomUUID())
  await mkdir(path.dirname(half), { recursive: true })
  const hash = createHash('sha256')
  let size = 0
  const counted = async function* (chunks: AsyncIterable<Buffer | string>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      const some = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
      hash.update(some)
      size += some.length
      yield some
    }
  }
  try {
    await pipeline(bytes, counted, createWriteStream(half, { flags: 'wx', mode: 0o600, flush: true }))
    await mkdir(path.dirname(file), { recursive: true })
    await rename(half, file)
  } catch (error) {
    await rm(half, { force: true })
    throw error
  }
  return { bytes: size, sha256: hash.digest('hex') }
}

/** The same file under a second name, without a copy; false where that is not to be had. */
export async function linkFile(from: string, to: string): Promise<boolean> {
  await mkdir(path.dirname(to), { recursive: true })
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return true
    if (['EXDEV', 'EPERM', 'ENOTSUP', 'EMLINK', 'ENOENT', 'EACCES'].includes(codeOf(error) ?? '')) return false
    throw error
  }
}

/** What a file holds; undefined when there is none, or when its disk cannot read it any more. */
export async function factsOf(file: string): Promise<FileFacts | undefined> {
  const hash = createHash('sha256')
  let bytes = 0
  try {
    for await (const chunk of createReadStream(file)) {
      hash.update(chunk as Buffer)
      bytes += (chunk as Buffer).length
    }
  } catch (error) {
    if (isFileGone(error)) return undefined
    throw error
  }
  return { bytes, sha256: hash.digest('hex') }
}

/** Errors: those of the system that do not say whether it is, such as of a folder that may not be read. */
export async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    (error: unknown) => {
      if (isFileGone(error)) return false
      throw error
    },
  )
}

/** A name lasts over a loss of power only when its folder is written, too. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}

/** Whether a file is not there, or its disk cannot read it any more: another place may have it whole. Any other error says nothing of whether it is. */
export function isFileGone(error: unknown): boolean {
  return ['ENOENT', 'EIO'].includes(codeOf(error) ?? '')
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
