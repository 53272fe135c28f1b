import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { appendFile, open, rename } from 'node:fs/promises'
import path from 'node:path'
import { DamagedBackup, listName } from './manifest.ts'
import { linesOf } from './row-format.ts'
import { aside, codeOf } from './written-file.ts'
import type { FileFacts } from './written-file.ts'

/** The list of the files of a backup: `SHA-256  path`, as the tool of that name writes it. Paths are ASCII without a space. */

export interface ListedFile {
  path: string
  sha256: string
}

const heldBytes = 65_536

/** Takes a line for each file that is finished; the list has its name when all are. */
export class FileList {
  readonly #folder: string
  readonly #hash = createHash('sha256')
  #held = ''
  #writing: Promise<void> = Promise.resolve()
  #count = 0
  #bytes = 0

  constructor(folder: string) {
    this.#folder = folder
  }

  async add(file: string, { bytes, sha256 }: FileFacts): Promise<void> {
    this.#held += `${sha256}  ${file}\n`
    this.#count += 1
    this.#bytes += bytes
    if (this.#held.length > heldBytes) await this.#write()
  }

  async finish(): Promise<{ count: number; bytes: number; sha256: string }> {
    await this.#write()
    const handle = await open(this.#half, 'a')
    await handle.sync().finally(() => handle.close())
    await rename(this.#half, path.join(this.#folder, listName))
    return { count: this.#count, bytes: this.#bytes, sha256: this.#hash.digest('hex') }
  }

  get #half(): string {
    return path.join(this.#folder, aside, listName)
  }

  /** One after the other, in the order in which they were asked for. */
  #write(): Promise<void> {
    const text = this.#held
    this.#held = ''
    this.#hash.update(text)
    this.#writing = this.#writing.then(() => appendFile(this.#half, text, { mode: 0o600 }))
    return this.#writing
  }
}

const line = /^([0-9a-f]{64}) {2}([A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+)*)$/

/** In the order in which they were written, in portions. */
export async function* listedFiles(folder: string): AsyncGenerator<ListedFile[]> {
  try {
    for await (const lines of linesOf(createReadStream(path.join(folder, listName)) as AsyncIterable<Buffer>)) {
      yield lines.map(parseLine)
    }
  } catch (error) {
    if (error instanceof DamagedBackup) throw error
    const why = codeOf(error) === 'ENOENT' ? 'is missing' : 'cannot be read'
    throw new DamagedBackup(`${listName} ${why}`, { cause: error })
  }
}

function parseLine(text: string): ListedFile {
  const [, sha256, file] = line.exec(text) ?? []
  if (sha256 === undefined || file === undefined || file.split('/').includes('..')) {
    throw new DamagedBackup(`${listName} has a line that is none: ${text.slice(0, 100)}`)
  }
  return { path: file, sha256 }
}
