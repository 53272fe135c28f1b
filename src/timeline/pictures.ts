import { isDeepStrictEqual } from 'node:util'
import type { AccountId, MediaId, PostId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import type { PostPicture } from './post.ts'
import type { TimelineParts } from './route-parts.ts'
import { clearPictures, putPictures } from './store.ts'

type MediaParts = Pick<TimelineParts, 'media'>

/** Makes pictures part of a post; those in `kept` are part of it already. Error: `bad_input`, pointing at the picture. */
export async function claimPictures(
  parts: MediaParts,
  trx: Sql,
  post: { id: PostId; author: AccountId },
  pictures: readonly PostPicture[],
  kept: ReadonlySet<MediaId> = new Set(),
): Promise<void> {
  const places = [...pictures.keys()].filter((place) => !kept.has(pictures[place]!.media))
  if (places.length === 0) return
  await parts.media.claim(trx, {
    owner: post.author,
    ids: places.map((place) => pictures[place]!.media),
    use: { type: 'post', id: post.id },
    pointer: (index) => `/pictures/${places[index]}/media`,
  })
}

/** Gives up what is gone, claims what is new, and keeps the rest in its new order. */
export async function exchangePictures(
  parts: MediaParts,
  trx: Sql,
  post: { id: PostId; author: AccountId },
  pictures: { from: readonly PostPicture[]; to: readonly PostPicture[] },
): Promise<void> {
  const { from, to } = pictures
  if (isDeepStrictEqual([...from], [...to])) return
  const next = new Set(to.map((picture) => picture.media))
  await releasePictures(
    parts,
    trx,
    post.id,
    from.filter((picture) => !next.has(picture.media)),
  )
  await claimPictures(parts, trx, post, to, new Set(from.map((picture) => picture.media)))
  await clearPictures(trx, post.id)
  await putPictures(trx, post.id, to)
}

export async function releasePictures(
  parts: MediaParts,
  trx: Sql,
  post: PostId,
  pictures: readonly PostPicture[],
): Promise<void> {
  if (pictures.length === 0) return
  const ids = pictures.map((picture) => picture.media)
  await parts.media.release(trx, { type: 'post', id: post }, ids)
}
