import type { AppendOutcome, Entry, Ledger } from '../ledger/index.ts'
import type { Media, MediaUse } from '../media/index.ts'
import { crashPoint } from '../platform/crash-point.ts'
import { parseId } from '../platform/ids.ts'
import type { MediaId, RoomId } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'
import { inTransaction } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import { readText } from './message.ts'
import {
  deletePictures,
  insertPictures,
  lockDuePicturesOf,
  lockPicturesOf,
  messagesWithDuePictures,
  postponePictures,
  settlePictures,
} from './picture-store.ts'
import type { MessageName } from './picture-store.ts'

export interface PictureParts {
  sql: Sql
  media: Pick<Media, 'claim' | 'release'>
  log: Log
}

/**
 * Pictures of a message are claimed before it is appended, and the claim is in doubt until the outcome is known: what was refused may
 * be repeated with the same id, what has no answer may be kept. So a claim is only given up by a sweeper that has asked the ledger,
 * later than any repeat under way: the slowest slow mode is an hour.
 */
const inDoubtSeconds = 2 * 3600
const lookAgainSeconds = 600

const useIn = (room: RoomId): MediaUse => ({ type: 'message', id: room })

/** Repeating it for the same message changes nothing. Error: `bad_input` with pointers into `media`. */
export async function claimPictures(
  parts: PictureParts,
  message: MessageName,
  pictures: readonly MediaId[],
): Promise<void> {
  await inTransaction(parts.sql, async (trx) => {
    const claimed = new Set(await lockPicturesOf(trx, message))
    const fresh = pictures.filter((picture) => !claimed.has(picture))
    if (claimed.size > 0) await postponePictures(trx, message, inDoubtSeconds)
    if (fresh.length === 0) return
    const pointer = (index: number): string => `/media/${pictures.indexOf(fresh[index]!)}/id`
    await parts.media.claim(trx, { owner: message.sender, ids: fresh, use: useIn(message.room), pointer })
    await insertPictures(trx, message, fresh, inDoubtSeconds)
  })
}

/** After the outcome: never rejects, since the sweeper does what is left. A repeat may have named other pictures than the first. */
export async function settleClaim(
  parts: PictureParts,
  outcome: AppendOutcome,
  pictures: readonly MediaId[],
): Promise<void> {
  if (outcome.type !== 'kept' || outcome.isDuplicate) return
  crashPoint('message picture: appended, not settled')
  await leaveToSweeper(parts, () => settlePictures(parts.sql, pictures))
}

/** Before a message is deleted: from here on somebody looks at its pictures, whatever happens. */
export async function doubtPictures(parts: PictureParts, room: RoomId, message: Entry): Promise<void> {
  await postponePictures(parts.sql, { room, sender: message.sender, id: message.id }, inDoubtSeconds)
}

/** After a message is deleted: never rejects, since the sweeper does what is left. */
export async function releasePictures(
  parts: PictureParts,
  room: RoomId,
  outcome: AppendOutcome,
  message: Entry,
): Promise<void> {
  if (outcome.type !== 'kept') return
  crashPoint('message picture: deleted, not released')
  const name = { room, sender: message.sender, id: message.id }
  await leaveToSweeper(parts, () =>
    inTransaction(parts.sql, async (trx) => giveUp(parts, trx, room, await lockPicturesOf(trx, name))),
  )
}

async function leaveToSweeper(parts: PictureParts, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    parts.log.warn({ err: error }, 'pictures of a message are left to the sweeper')
  }
}

async function giveUp(parts: PictureParts, trx: Sql, room: RoomId, pictures: readonly MediaId[]): Promise<void> {
  await parts.media.release(trx, useIn(room), pictures)
  await deletePictures(trx, pictures)
}

/** Ids of the pictures that stand in a message; none once it is deleted. */
export function picturesIn(entry: Entry): MediaId[] {
  return (readText(entry)?.media ?? []).flatMap(({ id }) => parseId<MediaId>(id) ?? [])
}

const messagesAtOnce = 200

export interface SweepParts extends PictureParts {
  ledger: Pick<Ledger, 'placeOf' | 'items'>
}

/** Keeps or gives up pictures whose claim is in doubt for long. Several workers may do it at once. Answers how many it looked at. */
export async function sweepMessagePictures(parts: SweepParts): Promise<number> {
  const messages = await messagesWithDuePictures(parts.sql, messagesAtOnce)
  for (const message of messages) {
    try {
      await decide(parts, message)
    } catch (error) {
      parts.log.warn({ err: error, room: message.room }, 'pictures of a message could not be looked at yet')
      await postponePictures(parts.sql, message, lookAgainSeconds)
    }
  }
  return messages.length
}

/** Who deletes the message meanwhile has put the look off first, so that nothing is due any more. */
async function decide(parts: SweepParts, message: MessageName): Promise<void> {
  const standing = await standingPictures(parts, message)
  await inTransaction(parts.sql, async (trx) => {
    const due = await lockDuePicturesOf(trx, message)
    await settlePictures(
      trx,
      due.filter((picture) => standing === 'all' || standing.has(picture)),
    )
    await giveUp(
      parts,
      trx,
      message.room,
      due.filter((picture) => standing !== 'all' && !standing.has(picture)),
    )
  })
}

/** All, if something stands there that cannot be read as a message: nothing is thrown away then. */
async function standingPictures(parts: SweepParts, message: MessageName): Promise<ReadonlySet<MediaId> | 'all'> {
  const place = await parts.ledger.placeOf(message.room, { sender: message.sender, id: message.id })
  if (place === undefined) return new Set()
  const { items } = await parts.ledger.items(message.room, { before: place.seq + 1, limit: 1 })
  const [item] = items
  if (item?.entry.seq !== place.seq || item.entry.kind !== 'text') return 'all'
  const isDeleted = item.entry.payload.length === 0 || item.amendments.some((amendment) => amendment.kind === 'delete')
  if (isDeleted) return new Set()
  return readText(item.entry) === undefined ? 'all' : new Set(picturesIn(item.entry))
}
