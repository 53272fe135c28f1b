import type { AccountId, MediaId } from '../platform/ids.ts'
import { idFromRow } from '../platform/ids.ts'
import { affectedRows, selectRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import type { MediaUse } from './contract.ts'

/** The SQL of `media` and `media_owners`. Who needs rows of both locks those of `media` first. */

export type PictureState = 'uploading' | 'processing' | 'ready' | 'failed' | 'released'

export interface Picture {
  id: MediaId
  owner: AccountId
  name: string
  state: PictureState
  use: MediaUse | undefined
  width: number
  height: number
  /** What its files take in storage. */
  bytes: number
  placeholder: string
  hasOriginal: boolean
  /** Renderings that were begun. */
  attempts: number
}

interface Row {
  id: number
  owner_id: number
  name: string
  state: PictureState
  use_type: MediaUse['type'] | null
  use_id: number | null
  width: number
  height: number
  bytes: number
  placeholder: string
  has_original: number
  attempts: number
}

const columns = 'id, owner_id, name, state, use_type, use_id, width, height, bytes, placeholder, has_original, attempts'

export type NewPicture = Pick<Picture, 'owner' | 'name' | 'width' | 'height' | 'bytes' | 'placeholder'>

/** A picture whose original is about to be stored; one that never is goes after an hour. */
export async function insertPicture(trx: Sql, picture: NewPicture): Promise<MediaId> {
  const [id] = await trx('media').insert({
    owner_id: picture.owner,
    name: picture.name,
    state: 'uploading',
    width: picture.width,
    height: picture.height,
    bytes: picture.bytes,
    placeholder: picture.placeholder,
    due_at: trx.raw('CURRENT_TIMESTAMP(3) + INTERVAL 1 HOUR'),
  })
  return idFromRow(id)
}

/** The original is stored: renderers may come, and a sweeper when none did. False when the row has been given up since. */
export async function markProcessing(trx: Sql, id: MediaId): Promise<boolean> {
  const text = `UPDATE media SET state = 'processing', due_at = CURRENT_TIMESTAMP(3) + INTERVAL 30 SECOND
    WHERE id = ? AND state = 'uploading'`
  return (await affectedRows(trx, text, [id])) === 1
}

export async function giveUpUpload(sql: Sql, id: MediaId): Promise<void> {
  const text = `UPDATE media SET state = 'released', due_at = CURRENT_TIMESTAMP(3) WHERE id = ? AND state = 'uploading'`
  await affectedRows(sql, text, [id])
}

export async function pictureById(sql: Sql, id: MediaId): Promise<Picture | undefined> {
  const [row] = await selectRows<Row>(sql, `SELECT ${columns} FROM media WHERE id = ?`, [id])
  return row && toPicture(row)
}

export async function picturesByIds(sql: Sql, ids: readonly MediaId[]): Promise<Picture[]> {
  if (ids.length === 0) return []
  return (await selectRows<Row>(sql, `SELECT ${columns} FROM media WHERE id IN (?)`, [ids])).map(toPicture)
}

/** In the order of their ids, so that of two who want the same ones the later waits. */
export async function lockPictures(trx: Sql, ids: readonly MediaId[]): Promise<Picture[]> {
  if (ids.length === 0) return []
  const text = `SELECT ${columns} FROM media WHERE id IN (?) ORDER BY id FOR UPDATE`
  return (await selectRows<Row>(trx, text, [ids])).map(toPicture)
}

/** Pictures that have files which people see, or from which those are made, by their names. */
export async function picturesByName(sql: Sql, after: string, limit: number): Promise<Picture[]> {
  const text = `SELECT ${columns} FROM media FORCE INDEX (media_name)
    WHERE name > ? AND state IN ('processing', 'ready') ORDER BY name LIMIT ?`
  return (await selectRows<Row>(sql, text, [after, limit])).map(toPicture)
}

export async function countShown(sql: Sql): Promise<number> {
  const text = "SELECT COUNT(*) AS pictures FROM media WHERE state IN ('processing', 'ready')"
  return (await selectRows<{ pictures: number }>(sql, text))[0]?.pictures ?? 0
}

/** Of these names, those of pictures that still have such files. */
export async function shownAmong(sql: Sql, names: readonly string[]): Promise<string[]> {
  if (names.length === 0) return []
  const text = "SELECT name FROM media WHERE name IN (?) AND state IN ('processing', 'ready')"
  return (await selectRows<{ name: string }>(sql, text, [names])).map(({ name }) => name)
}

/** Pictures of which only the original is gone, and no file is still to be made. What they take in storage stays as it was counted. */
export async function markRendered(trx: Sql, names: readonly string[], unusedHours: number): Promise<void> {
  if (names.length === 0) return
  const text = `UPDATE media SET state = 'ready', has_original = 0,
      due_at = IF(use_type IS NULL, created_at + INTERVAL ? HOUR, NULL)
    WHERE name IN (?) AND state = 'processing'`
  await affectedRows(trx, text, [unusedHours, names])
}

/** Pictures whose files are gone are shown as such, and not looked for any more. */
export async function markLost(trx: Sql, names: readonly string[], unusedHours: number): Promise<void> {
  if (names.length === 0) return
  const text = `UPDATE media SET state = 'failed', has_original = 0,
      due_at = IF(use_type IS NULL, created_at + INTERVAL ? HOUR, NULL)
    WHERE name IN (?) AND state IN ('processing', 'ready')`
  await affectedRows(trx, text, [unusedHours, names])
}

/** Of these names, those that have a row. */
export async function knownNames(sql: Sql, names: readonly string[]): Promise<Set<string>> {
  if (names.length === 0) return new Set()
  const rows = await selectRows<{ name: string }>(sql, `SELECT name FROM media WHERE name IN (?)`, [names])
  return new Set(rows.map(({ name }) => name))
}

/** What is in use and has nothing left to do is not looked at again. */
export async function setUse(trx: Sql, ids: readonly MediaId[], use: MediaUse): Promise<void> {
  if (ids.length === 0) return
  const text = `UPDATE media SET use_type = ?, use_id = ?,
      due_at = IF(state = 'processing' OR has_original = 1, due_at, NULL)
    WHERE id IN (?)`
  await affectedRows(trx, text, [use.type, use.id, ids])
}

export async function markReleased(trx: Sql, ids: readonly MediaId[]): Promise<void> {
  if (ids.length === 0) return
  const text = `UPDATE media SET state = 'released', due_at = CURRENT_TIMESTAMP(3) WHERE id IN (?)`
  await affectedRows(trx, text, [ids])
}

/** Counts an attempt that begins, with the time when the next is due. Undefined when there is nothing to render. */
export async function beginAttempt(sql: Sql, id: MediaId): Promise<Picture | undefined> {
  const text = `UPDATE media SET attempts = attempts + 1,
      due_at = CURRENT_TIMESTAMP(3) + INTERVAL LEAST(3600, 30 * POW(2, LEAST(attempts, 10))) SECOND
    WHERE id = ? AND state = 'processing'`
  if ((await affectedRows(sql, text, [id])) === 0) return undefined
  return pictureById(sql, id)
}

/** Why an attempt failed. One that does not count is taken back. */
export async function noteFailure(
  sql: Sql,
  id: MediaId,
  failure: { error: string; isCounted: boolean },
): Promise<void> {
  const text = `UPDATE media SET attempts = IF(attempts > ?, attempts - ?, 0), last_error = ?
    WHERE id = ? AND state = 'processing'`
  const back = failure.isCounted ? 0 : 1
  await affectedRows(sql, text, [back, back, failure.error.slice(0, 500), id])
}

/** Rendered for good, or failed for good; the original is next to go, by who calls this or else by a sweeper. */
export async function markDone(
  trx: Sql,
  id: MediaId,
  done: { state: 'ready' | 'failed'; bytes: number },
): Promise<void> {
  const text = `UPDATE media SET state = ?, bytes = ?, due_at = CURRENT_TIMESTAMP(3) + INTERVAL 30 SECOND WHERE id = ?`
  await affectedRows(trx, text, [done.state, done.bytes, id])
}

/** The original is gone: what is in use is finished, what is not is looked at when its time is over. */
export async function markOriginalGone(sql: Sql, id: MediaId, unusedHours: number): Promise<void> {
  const text = `UPDATE media SET has_original = 0,
      due_at = IF(use_type IS NULL, created_at + INTERVAL ? HOUR, NULL)
    WHERE id = ? AND state IN ('ready', 'failed')`
  await affectedRows(sql, text, [unusedHours, id])
}

/**
 * Takes what is due for so many seconds, the longest overdue first; others pass it by. What was never finished, and what nobody
 * used in time, is released by that.
 */
export async function leaseDue(trx: Sql, lease: { limit: number; seconds: number }): Promise<Picture[]> {
  const text = `SELECT ${columns} FROM media FORCE INDEX (media_due) WHERE due_at <= CURRENT_TIMESTAMP(3)
    ORDER BY due_at LIMIT ? FOR UPDATE SKIP LOCKED`
  const ids = (await selectRows<Row>(trx, text, [lease.limit])).map((row) => idFromRow<MediaId>(row.id))
  if (ids.length === 0) return []
  const isOver = "state = 'uploading' OR (state IN ('ready', 'failed') AND has_original = 0 AND use_type IS NULL)"
  const taking = `UPDATE media SET state = IF(${isOver}, 'released', state),
      due_at = CURRENT_TIMESTAMP(3) + INTERVAL ? SECOND
    WHERE id IN (?)`
  await affectedRows(trx, taking, [lease.seconds, ids])
  return picturesByIds(trx, ids)
}

/**
 * Pictures that a worker should have looked after some time ago, or that are still to be rendered after so long: their original or its
 * storage is away, for what cannot be drawn is given up after some minutes. Of very many at most so many are counted.
 */
export async function countOverdue(sql: Sql, { minutes, most }: { minutes: number; most: number }): Promise<number> {
  // No attempt is put off by more than an hour.
  const text = `SELECT COUNT(*) AS pictures FROM (SELECT id FROM media FORCE INDEX (media_due)
      WHERE due_at < CURRENT_TIMESTAMP(3) - INTERVAL ? MINUTE OR (due_at <= CURRENT_TIMESTAMP(3) + INTERVAL 1 HOUR
        AND state = 'processing' AND created_at < CURRENT_TIMESTAMP(3) - INTERVAL ? MINUTE) LIMIT ?) AS overdue`
  const [row] = await selectRows<{ pictures: number }>(sql, text, [minutes, minutes, most])
  return Number(row?.pictures ?? 0)
}

/** Its files are gone. False when somebody else was quicker. */
export async function deletePicture(trx: Sql, id: MediaId): Promise<boolean> {
  return (await affectedRows(trx, "DELETE FROM media WHERE id = ? AND state = 'released'", [id])) === 1
}

/** What an account has in storage after the change; its other changes wait until the transaction ends. */
export async function changeOwner(
  trx: Sql,
  change: { owner: AccountId; bytes: number; pictures: number },
): Promise<{ bytes: number }> {
  const { owner, bytes, pictures } = change
  await trx.raw(
    `INSERT INTO media_owners (account_id, bytes, pictures) VALUES (?, ?, ?)
     ON DUPLICATE KEY UPDATE bytes = bytes + ?, pictures = pictures + ?`,
    [owner, bytes, pictures, bytes, pictures],
  )
  const text = 'SELECT bytes FROM media_owners WHERE account_id = ?'
  const [row] = await selectRows<{ bytes: number }>(trx, text, [owner])
  return { bytes: row?.bytes ?? 0 }
}

function toPicture(row: Row): Picture {
  return {
    id: idFromRow(row.id),
    owner: idFromRow(row.owner_id),
    name: row.name,
    state: row.state,
    use: row.use_type === null || row.use_id === null ? undefined : { type: row.use_type, id: row.use_id },
    width: row.width,
    height: row.height,
    bytes: row.bytes,
    placeholder: row.placeholder,
    hasOriginal: row.has_original === 1,
    attempts: row.attempts,
  }
}
