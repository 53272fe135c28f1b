import { chunksOf } from '../platform/chunks.ts'
import { inTransaction } from '../platform/mysql.ts'
import { filesOf, nameOfFile } from './files.ts'
import { dropOriginal, renderOnce } from './render.ts'
import type { RenderParts } from './render.ts'
import type { Shelf } from './storage.ts'
import { changeOwner, deletePicture, leaseDue, knownNames } from './store.ts'
import type { Picture } from './store.ts'

const atOnce = 20
const leaseSeconds = 60

/** Does what is due with pictures, in batches, until nothing is. Several workers may do it at once. */
export async function sweepPictures(parts: RenderParts): Promise<void> {
  for (;;) {
    const due = await inTransaction(parts.sql, (trx) => leaseDue(trx, { limit: atOnce, seconds: leaseSeconds }))
    for (const picture of due) {
      try {
        await lookAfter(parts, picture)
      } catch (error) {
        parts.log.warn({ err: error, picture: picture.id }, 'the picture could not be looked after yet')
      }
    }
    if (due.length < atOnce) return
  }
}

async function lookAfter(parts: RenderParts, picture: Picture): Promise<void> {
  if (picture.state === 'released') return removePicture(parts, picture)
  // Not by another ring: the queue may be what is broken, or still hold the job of a worker that died.
  if (picture.state === 'processing') return void (await renderOnce(parts, picture.id))
  await dropOriginal(parts, picture)
}

/** Files first: as long as one is left there is a row that says so. */
async function removePicture({ sql, storage }: RenderParts, picture: Picture): Promise<void> {
  await storage.remove(filesOf(picture.name))
  await inTransaction(sql, async (trx) => {
    if (!(await deletePicture(trx, picture.id))) return
    await changeOwner(trx, { owner: picture.owner, bytes: -picture.bytes, pictures: -1 })
  })
}

const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const beginnings = characters.length ** 2
const namesAtOnce = 1000

/**
 * Goes round all files, a few beginnings of names at each call, and removes those that no row needs: what a renderer wrote for a picture
 * that had gone, and then died. There is a row before there is a file, so a file without one is never about to get it.
 */
export class Strays {
  readonly #parts: RenderParts
  #next = Math.floor(Math.random() * beginnings)

  constructor(parts: RenderParts) {
    this.#parts = parts
  }

  /** Resolves with how many were removed. */
  async sweep(count: number): Promise<number> {
    let removed = 0
    for (let done = 0; done < Math.min(count, beginnings); done += 1) {
      const beginning = `${characters[Math.floor(this.#next / characters.length)]}${characters[this.#next % characters.length]}`
      this.#next = (this.#next + 1) % beginnings
      for (const shelf of ['public', 'private'] as const) removed += await this.#sweepShelf(shelf, beginning)
    }
    await this.#parts.storage.tidy()
    return removed
  }

  async #sweepShelf(shelf: Shelf, beginning: string): Promise<number> {
    const { storage, sql, log } = this.#parts
    let removed = 0
    const files = await storage.list(shelf, beginning)
    for (const some of chunksOf(files, namesAtOnce)) {
      const known = await knownNames(sql, [...new Set(some.map(nameOfFile))])
      const strays = some.filter((file) => !known.has(nameOfFile(file)))
      if (strays.length > 0) log.warn({ shelf, strays: strays.length }, 'files without a picture are removed')
      await storage.remove(strays.map((name) => ({ shelf, name })))
      removed += strays.length
    }
    return removed
  }
}
