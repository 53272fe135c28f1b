import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, readdir, rename, rm, stat, unlink } from 'node:fs/promises'
import path from 'node:path'
import { crashPoint } from '../platform/crash-point.ts'
import { makeFolder } from '../platform/folders.ts'
import { isName, markName, requireName } from './storage.ts'
import type { ListedFile, Shelf, Storage, StoredFile } from './storage.ts'

const halfDoneMs = 3_600_000

/**
 * A folder that all servers and workers share, and of which Nginx serves `public`. Files lie in folders by the first two characters
 * of their names, so that no folder becomes too long. They are written in `incoming` and then renamed: nobody ever sees half a file.
 */
export class DiskStorage implements Storage {
  readonly #folder: string
  readonly #incoming: string

  constructor(folder: string) {
    this.#folder = path.resolve(folder)
    this.#incoming = path.join(this.#folder, 'incoming')
  }

  async put(file: StoredFile, { bytes }: { bytes: Buffer }): Promise<void> {
    await this.#provideFolders()
    await this.#provideShard(file)
    await this.#write(this.#pathOf(file), bytes, file.shelf === 'public' ? 0o644 : 0o600)
  }

  async get(file: StoredFile): Promise<Buffer | undefined> {
    return unlessMissing(readFile(this.#pathOf(file)))
  }

  async remove(files: readonly StoredFile[]): Promise<void> {
    for (const file of files) await unlessMissing(unlink(this.#pathOf(file)))
  }

  async list(shelf: Shelf, beginning: string): Promise<ListedFile[]> {
    const shard = path.join(this.#folder, shelf, beginning)
    const files: ListedFile[] = []
    for (const name of (await unlessMissing(readdir(shard))) ?? []) {
      if (!isName(name) || !name.startsWith(beginning)) continue
      const ageMs = await ageOf(path.join(shard, name))
      if (ageMs !== undefined) files.push({ name, ageMs })
    }
    return files
  }

  /** By its folders alone: once there were files, it is not empty any more. */
  async isEmpty(): Promise<boolean> {
    for (const shelf of ['public', 'private']) {
      const shards = await unlessMissing(readdir(path.join(this.#folder, shelf)))
      if (shards !== undefined && shards.length > 0) return false
    }
    return true
  }

  async mark(): Promise<string | undefined> {
    return unlessMissing(readFile(path.join(this.#folder, markName), 'utf8'))
  }

  async setMark(text: string): Promise<void> {
    await this.#provideFolders()
    await this.#write(path.join(this.#folder, markName), Buffer.from(text), 0o600)
  }

  async tidy(): Promise<void> {
    for (const name of (await unlessMissing(readdir(this.#incoming))) ?? []) {
      const file = path.join(this.#incoming, name)
      if (((await ageOf(file)) ?? 0) > halfDoneMs) await unlessMissing(unlink(file))
    }
  }

  close(): void {}

  #pathOf({ shelf, name }: StoredFile): string {
    return path.join(this.#folder, shelf, name.slice(0, 2), requireName(name))
  }

  async #write(file: string, bytes: Buffer, mode: number): Promise<void> {
    const halfDone = path.join(this.#incoming, randomUUID())
    try {
      await writeLasting(halfDone, bytes, mode)
      crashPoint('storage: written aside, not named')
      await rename(halfDone, file)
    } catch (error) {
      await rm(halfDone, { force: true })
      throw error
    }
    crashPoint('storage: named, not lasting')
    await makeLasting(path.dirname(file))
  }

  /** Nginx may be another user: it passes through the folder itself, and enters `public` only. */
  async #provideFolders(): Promise<void> {
    await makeFolder(this.#folder, 0o755)
    await makeFolder(this.#incoming, 0o700)
  }

  async #provideShard(file: StoredFile): Promise<void> {
    const shard = path.dirname(this.#pathOf(file))
    await mkdir(path.join(this.#folder, file.shelf), { recursive: true, mode: file.shelf === 'public' ? 0o755 : 0o700 })
    if ((await mkdir(shard, { recursive: true, mode: 0o755 })) !== undefined) await makeLasting(path.dirname(shard))
  }
}

async function writeLasting(file: string, bytes: Buffer, mode: number): Promise<void> {
  const handle = await open(file, 'wx', mode)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** A name is kept over a loss of power only when its folder is written, too. */
async function makeLasting(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Undefined when it is gone. */
async function ageOf(file: string): Promise<number | undefined> {
  const found = await unlessMissing(stat(file))
  return found && Date.now() - found.mtimeMs
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
