import path from 'node:path'
import { listedFiles } from './file-list.ts'
import type { ListedFile } from './file-list.ts'
import { readManifest } from './manifest.ts'
import { pictureOf } from './picture-path.ts'
import { linkFile } from './written-file.ts'

/**
 * A backup of before, from which files that never change are taken over: under a second name where the file system allows it. The file is
 * the same one then, also where a disk has damaged it since: who takes it over compares it with what is listed here. The list is read along
 * with the pictures, which both backups go through in the order of their names.
 */
export class Earlier {
  readonly #folder: string
  readonly #lines: AsyncGenerator<ListedFile>
  #next: ListedFile | undefined
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

  /** Path → SHA-256 of the files that it has of these pictures, as they were written. To be asked in the order of the pictures. */
  async listed(pictures: readonly string[]): Promise<Map<string, string>> {
    const [wanted, last] = [new Set(pictures), pictures.at(-1) ?? '']
    const listed = new Map<string, string>()
    if (!this.#isBegun) await this.#advance()
    while (this.#next !== undefined && pictureOf(this.#next.path) <= last) {
      if (wanted.has(pictureOf(this.#next.path))) listed.set(this.#next.path, this.#next.sha256)
      await this.#advance()
    }
    return listed
  }

  async #advance(): Promise<void> {
    this.#isBegun = true
    const { value, done } = await this.#lines.next()
    this.#next = done === true ? undefined : value
  }
}

async function* picturesIn(folder: string): AsyncGenerator<ListedFile> {
  for await (const files of listedFiles(folder)) {
    for (const file of files) if (file.path.startsWith('pictures/')) yield file
  }
}
