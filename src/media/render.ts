import { crashPoint } from '../platform/crash-point.ts'
import { Problem } from '../platform/errors.ts'
import type { MediaId } from '../platform/ids.ts'
import { reasonOf } from '../platform/log.ts'
import type { Log } from '../platform/log.ts'
import type { Sql } from '../platform/mysql.ts'
import type { MediaUse } from './contract.ts'
import { filesOf, originalFile, renditionFile } from './files.ts'
import { renderPicture } from './picture.ts'
import type { Rendered } from './picture.ts'
import type { Storage } from './storage.ts'
import { beginAttempt, changeOwner, lockPictures, markDone, markOriginalGone, noteFailure } from './store.ts'
import type { Picture } from './store.ts'

/** One transaction in which whoever uses a picture is told that it is finished, and can tell others. */
export type RenderTransaction = <T>(
  work: (trx: Sql, onRendered: (use: MediaUse, picture: MediaId) => Promise<void>) => Promise<T>,
) => Promise<T>

export interface RenderParts {
  sql: Sql
  storage: Storage
  log: Log
  transaction: RenderTransaction
  unusedHours: number
}

const mostAttempts = 5

/**
 * One attempt at a picture's renditions. It may come twice, late, or when the picture is gone; what it cannot finish is written
 * down, and a sweeper comes back to it. Resolves with what has become of the picture.
 */
export async function renderOnce(parts: RenderParts, id: MediaId): Promise<'nothing to do' | 'later' | Outcome> {
  const picture = await beginAttempt(parts.sql, id)
  if (picture === undefined) return 'nothing to do'
  crashPoint('render: counted, not rendered')
  // An attempt that ended with its process counts, too: a picture that takes the renderer down is not tried for ever.
  if (picture.attempts > mostAttempts) return finish(parts, picture, { state: 'failed', bytes: picture.bytes })
  try {
    const bytes = await storeRenditions(parts.storage, picture, await renderPicture(await originalOf(parts, picture)))
    return await finish(parts, picture, { state: 'ready', bytes })
  } catch (error) {
    return afterFailure(parts, picture, error)
  }
}

/** Only what the picture itself is to blame for ends in giving up: a storage that is away comes back some day, and a lost original may, too. */
async function afterFailure(parts: RenderParts, picture: Picture, error: unknown): Promise<'later' | Outcome> {
  const { id, attempts, bytes } = picture
  parts.log.warn({ err: error, picture: id, attempts }, 'the picture could not be rendered')
  const isToBlame = error instanceof Problem
  await noteFailure(parts.sql, id, {
    error: reasonOf(isToBlame ? (error.cause ?? error) : error),
    isCounted: isToBlame,
  })
  return isToBlame && attempts >= mostAttempts ? finish(parts, picture, { state: 'failed', bytes }) : 'later'
}

async function originalOf({ storage }: RenderParts, { name }: Picture): Promise<Buffer> {
  const original = await storage.get(originalFile(name))
  if (original === undefined) throw new Error('The original is not there')
  return original
}

/** Resolves with the bytes that they take. */
async function storeRenditions(storage: Storage, { name }: Picture, renditions: Rendered[]): Promise<number> {
  for (const { rendition, bytes, type } of renditions) {
    await storage.put(renditionFile(name, rendition), { bytes, type })
    crashPoint('render: one rendition stored, not all')
  }
  crashPoint('render: renditions stored, not noted')
  return renditions.reduce((sum, { bytes }) => sum + bytes.length, 0)
}

type Outcome = 'ready' | 'failed' | 'done already' | 'gone'

async function finish(
  parts: RenderParts,
  picture: Picture,
  done: { state: 'ready' | 'failed'; bytes: number },
): Promise<Outcome> {
  const outcome = await parts.transaction(async (trx, onRendered): Promise<Outcome> => {
    const [now] = await lockPictures(trx, [picture.id])
    if (now === undefined || now.state === 'released') return 'gone'
    if (now.state !== 'processing') return 'done already'
    await markDone(trx, now.id, done)
    await changeOwner(trx, { owner: now.owner, bytes: done.bytes - now.bytes, pictures: 0 })
    if (now.use !== undefined) await onRendered(now.use, now.id)
    crashPoint('render: noted, not committed')
    return done.state
  })
  crashPoint('render: noted, original still there')
  // Whoever removed the picture may have been here before these renditions were.
  if (outcome === 'gone') await parts.storage.remove(filesOf(picture.name))
  else await dropOriginal(parts, picture)
  return outcome
}

/** The original, with the place where it was taken and all else that it says, goes as soon as it is not needed. */
export async function dropOriginal({ storage, sql, unusedHours }: RenderParts, { id, name }: Picture): Promise<void> {
  await storage.remove([originalFile(name)])
  crashPoint('render: original gone, not noted')
  await markOriginalGone(sql, id, unusedHours)
}
