import { chunksOf } from '../platform/chunks.ts'
import type { Log } from '../platform/log.ts'
import { nameOfFile } from './files.ts'
import { enterSweep } from './mark.ts'
import type { MarkParts, Standing } from './mark.ts'
import type { Shelf } from './storage.ts'
import { knownNames } from './store.ts'

const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const beginnings = characters.length ** 2
const namesAtOnce = 1000

/** A clock of the storage that is some hours wrong makes no young file old. */
const youngMs = 86_400_000
/** So many are believed to be strays though nothing else was found yet. */
const fewFiles = 10

export interface StraysFound {
  removed: number
  /** Why files without a picture were left where they are. */
  refused?: Exclude<Standing, 'ours'> | 'mostly unknown'
}

/**
 * Goes round all files, a few beginnings of names at each call, and removes those that no row needs: what a renderer wrote for a picture
 * that had gone, and then died. There is a row before there is a file, so a file without one is never about to get it.
 *
 * That holds for the database that the files were written by. With another one every file is a stray: so nothing is removed from a
 * storage that is not marked as ours, and nothing that is younger than a day, and nothing as long as most files are unknown.
 */
export class Strays {
  readonly #parts: MarkParts & { log: Log }
  #next: number
  /** Files that were met on this way round. */
  #round = { beginnings: 0, files: 0, unknown: 0 }

  constructor(parts: MarkParts & { log: Log }, { first = Math.floor(Math.random() * beginnings) } = {}) {
    this.#parts = parts
    this.#next = first
  }

  async sweep(count: number): Promise<StraysFound> {
    const { storage, log } = this.#parts
    await storage.tidy()
    const standing = await enterSweep(this.#parts)
    if (standing !== 'ours') {
      log.error(
        { storage: standing },
        'no stray file is removed: the storage of the pictures does not belong to this database; see "npm run adopt-pictures"',
      )
      return { removed: 0, refused: standing }
    }
    let removed = 0
    for (let done = 0; done < Math.min(count, beginnings); done += 1) {
      const beginning = this.#takeBeginning()
      for (const shelf of ['public', 'private'] as const) removed += await this.#sweepShelf(shelf, beginning)
    }
    if (!this.#isMostlyUnknown()) return { removed }
    log.error({ ...this.#round }, 'no stray file is removed: most files are unknown to this database')
    return { removed, refused: 'mostly unknown' }
  }

  #takeBeginning(): string {
    if (this.#round.beginnings === beginnings) this.#round = { beginnings: 0, files: 0, unknown: 0 }
    this.#round.beginnings += 1
    const beginning = `${characters[Math.floor(this.#next / characters.length)]}${characters[this.#next % characters.length]}`
    this.#next = (this.#next + 1) % beginnings
    return beginning
  }

  async #sweepShelf(shelf: Shelf, beginning: string): Promise<number> {
    const { storage, sql, log } = this.#parts
    let removed = 0
    for (const some of chunksOf(await storage.list(shelf, beginning), namesAtOnce)) {
      const known = await knownNames(sql, [...new Set(some.map(({ name }) => nameOfFile(name)))])
      const unknown = some.filter(({ name }) => !known.has(nameOfFile(name)))
      this.#round.files += some.length
      this.#round.unknown += unknown.length
      const strays = unknown.filter(({ ageMs }) => ageMs > youngMs)
      if (strays.length === 0 || this.#isMostlyUnknown()) continue
      log.warn({ shelf, strays: strays.length }, 'files without a picture are removed')
      await storage.remove(strays.map(({ name }) => ({ shelf, name })))
      removed += strays.length
    }
    return removed
  }

  #isMostlyUnknown(): boolean {
    const { files, unknown } = this.#round
    return unknown > fewFiles && unknown * 2 > files
  }
}
