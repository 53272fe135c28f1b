import { crashPoint } from '../platform/crash-point.ts'
import { inTransaction } from '../platform/mysql.ts'
import { filesOf } from './files.ts'
import { dropOriginal, renderOnce } from './render.ts'
import type { RenderParts } from './render.ts'
import { changeOwner, deletePicture, leaseDue } from './store.ts'
import type { Picture } from './store.ts'

const atOnce = 20
const leaseSeconds = 60

/** Does what is due with pictures, in batches, until nothing is. Several workers may do it at once. */
export async function sweepPictures(parts: RenderParts): Promise<void> {
  for (;;) {
    const due = await inTransaction(parts.sql, (trx) => leaseDue(trx, { limit: atOnce, seconds: leaseSeconds }))
    if (due.length > 0) crashPoint('sweep: pictures leased, not looked after')
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
  crashPoint('sweep: files gone, row not')
  await inTransaction(sql, async (trx) => {
    if (!(await deletePicture(trx, picture.id))) return
    await changeOwner(trx, { owner: picture.owner, bytes: -picture.bytes, pictures: -1 })
  })
}
