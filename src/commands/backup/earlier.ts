import { stat } from 'node:fs/promises'
import path from 'node:path'
import { listedFiles } from './file-list.ts'
import { readManifest } from './manifest.ts'
import { linkFile } from './written-file.ts'
import type { FileFacts } from './written-file.ts'

/**
 * A backup of before, from which files that never change are taken over: under a second name where the file system allows it. Its list
 * is read along with the pictures, which both backups go through in the order of their names.
 */
export class Earlier {
  readonly #folder: string
  readonly #lines: AsyncGenerator<{ path: string; sha256: string }>
  #next: { path: string; sha256: string } | undefined
  #isBegun = false

  private constructor(folder: string) {
    this.#folder = folder
    this.#lines = picturesIn(folder)
  }

  static async open(folder: string): Promise<Earlier> {
    await readManifest(folder)
    return new Earlier(folder)
  }

  /** Whether the file is in the other folder now, without having been copied. */
  take(file: string, into: string): Promise<boolean> {
    return linkFile(path.join(this.#folder, file), path.join(into, file))
  }

  /** The facts of pictures' files whose list is asked for in the order of the pictures; only those that were taken over. */
  async known(picture: string, files: readonly string[], into: string): Promise<Map<string, FileFacts>> {
    const listed = await this.#listedOf(picture)
    const found = new Map<string, FileFacts>()
    for (const file of files) {
      const sha256 = listed.get(file)
      const bytes = sha256 === undefined ? undefined : await this.#sameFile(file, into)
      if (sha256 !== undefined && bytes !== undefined) found.set(file, { bytes, sha256 })
    }
    return found
  }

  async #listedOf(picture: string): Promise<Map<string, string>> {
    const listed = new Map<string, string>()
    if (!this.#isBegun) await this.#advance()
    while (this.#next !== undefined && nameOf(this.#next.path) <= picture) {
      if (nameOf(this.#next.path) === picture) listed.set(this.#next.path, this.#next.sha256)
      await this.#advance()
    }
    return listed
  }

  async #advance(): Promise<void> {
    this.#isBegun = true
    const { value, done } = await this.#lines.next()
    this.#next = done === true ? undefined : value
  }

  /** Its size, when both names are of one file. */
  async #sameFile(file: string, into: string): Promise<number | undefined> {
    const [here, there] = await Promise.all(
      [into, this.#folder].map((folder) => stat(path.join(folder, file)).catch(() => undefined)),
    )
    return here !== undefined && here.ino === there?.ino && here.dev === there.dev ? here.size : undefined
  }
}

/** Names of pictures have 22 characters; what comes behind says which file of it. */
const nameOf = (file: string): string => path.basename(file).slice(0, 22)

async function* picturesIn(folder: string): AsyncGenerator<{ path: string; sha256: string }> {
  for await (const files of listedFiles(folder)) {
    for (const file of files) if (file.path.startsWith('pictures/')) yield file
  }
}
