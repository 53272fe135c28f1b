import { crashPoint } from '../platform/crash-point.ts'
import type { AccountId, MediaId } from '../platform/ids.ts'
import { Problem } from '../platform/errors.ts'
import type { Log } from '../platform/log.ts'
import { inTransaction } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import { newName, originalFile } from './files.ts'
import type { Facts } from './picture.ts'
import type { Storage } from './storage.ts'
import { changeOwner, giveUpUpload, insertPicture, markProcessing, pictureById } from './store.ts'
import type { Picture } from './store.ts'

export interface KeepParts {
  sql: Sql
  storage: Storage
  log: Log
  /** Says whose the storage is, before its first file. */
  mark(): Promise<void>
  bytesPerAccount: number
}

export interface Upload {
  owner: AccountId
  bytes: Buffer
  facts: Facts
  /** In the transaction that makes the picture its owner's. */
  settle: (trx: Sql, picture: Picture) => Promise<void>
}

/**
 * Keeps a picture that was looked at: the row first, so that whenever the process dies the file can be found, then the original,
 * then the state from which renderers go on. Errors: `storage_full`, `unavailable`.
 */
export async function keepPicture(parts: KeepParts, upload: Upload): Promise<Picture> {
  const { sql } = parts
  const name = newName()
  const id = await inTransaction(sql, (trx) => register(trx, parts, { ...upload, name }))
  try {
    crashPoint('upload: registered, not stored')
    await store(parts, name, upload.bytes)
    crashPoint('upload: stored, not kept')
    return await inTransaction(sql, (trx) => finish(trx, id, upload.settle))
  } catch (error) {
    await giveUpUpload(sql, id).catch(() => undefined)
    throw error
  }
}

async function register(trx: Sql, parts: KeepParts, upload: Upload & { name: string }): Promise<MediaId> {
  const { owner, name, facts } = upload
  const size = upload.bytes.length
  const { bytes } = await changeOwner(trx, { owner, bytes: size, pictures: 1 })
  if (bytes > parts.bytesPerAccount) {
    const members = { usedBytes: bytes - size, maxBytes: parts.bytesPerAccount }
    throw new Problem('storage_full', { detail: 'Delete something with pictures first', members })
  }
  return insertPicture(trx, { owner, name, bytes: size, ...facts })
}

async function store({ storage, mark }: KeepParts, name: string, bytes: Buffer): Promise<void> {
  try {
    await mark()
    await storage.put(originalFile(name), { bytes, type: 'application/octet-stream' })
  } catch (cause) {
    throw new Problem('unavailable', { detail: 'The picture could not be stored', retryAfter: 5, cause })
  }
}

async function finish(trx: Sql, id: MediaId, settle: Upload['settle']): Promise<Picture> {
  const isKept = await markProcessing(trx, id)
  const picture = isKept ? await pictureById(trx, id) : undefined
  if (picture === undefined)
    throw new Problem('unavailable', { detail: 'Storing the picture took too long', retryAfter: 5 })
  await settle(trx, picture)
  crashPoint('upload: kept, not committed')
  return picture
}
