import { createHash, randomUUID } from 'node:crypto'
import { open, readdir, rename, rm, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '../platform/folders.ts'
import type { RoomId } from '../platform/ids.ts'

export interface NamedFile {
  /** File name, made of the room and the hash: two workers that write the same content write the same file. */
  name: string
  bytes: number
  sha256: string
}

const unfinished = '.writing'
const abandonedMs = 3_600_000

/** Files are written in a folder of their own, so that what a killed worker left can be found and thrown away. */
export async function prepareFolder(folder: string): Promise<void> {
  const aside = join(folder, unfinished)
  await makeFolder(aside, 0o777)
  for (const name of await readdir(aside)) {
    const facts = await stat(join(aside, name)).catch(() => undefined)
    if (facts !== undefined && Date.now() - facts.mtimeMs > abandonedMs) await rm(join(aside, name), { force: true })
  }
}

/** A file that gets its name when its content is known: written aside, synced, then renamed. */
export class HashedFile {
  readonly #folder: string
  readonly #path: string
  readonly #handle: FileHandle
  readonly #hash = createHash('sha256')
  #bytes = 0
  #writing: Promise<void> = Promise.resolve()
  #isDone = false

  private constructor(folder: string, path: string, handle: FileHandle) {
    this.#folder = folder
    this.#path = path
    this.#handle = handle
  }

  static async create(folder: string): Promise<HashedFile> {
    const path = join(folder, unfinished, randomUUID())
    return new HashedFile(folder, path, await open(path, 'wx', 0o640))
  }

  /** Resolves when the disk has what was written before, so that at most one text waits for it. */
  async write(text: string): Promise<void> {
    const bytes = Buffer.from(text)
    this.#hash.update(bytes)
    this.#bytes += bytes.length
    await this.#writing
    this.#writing = this.#handle.writeFile(bytes)
    // Whoever writes next, or ends the file, hears of it.
    this.#writing.catch(() => undefined)
  }

  async finish(room: RoomId, extension: string): Promise<NamedFile> {
    const sha256 = this.#hash.digest('hex')
    const name = `room-${room}-${sha256}.${extension}`
    await this.#writing
    await this.#handle.sync()
    await this.#handle.close()
    this.#isDone = true
    await rename(this.#path, join(this.#folder, name))
    return { name, bytes: this.#bytes, sha256 }
  }

  async discard(): Promise<void> {
    if (this.#isDone) return
    await this.#writing.catch(() => undefined)
    await this.#handle.close()
    await rm(this.#path, { force: true })
  }
}
