import { crashPoint } from '../platform/crash-point.ts'
import type { RoomId } from '../platform/ids.ts'
import { inTransaction } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import { chainReceiptDigest } from './entry.ts'
import type { Signer } from './receipt.ts'
import { insertCheckpoint, insertKey } from './record-store.ts'
import { ledgerOf, lockLedger, setCheckpoint } from './ledger-store.ts'
import { rowsBetween } from './verification.ts'

/**
 * A room that never closes never gets a receipt: every so many entries what is stored is signed instead, as a range and a
 * SHA-256 chain over it that begins empty.
 */
export async function keepCheckpoint(
  parts: { sql: Sql; signer: Signer; checkpointEntries: number },
  room: RoomId,
): Promise<void> {
  const row = await ledgerOf(parts.sql, room)
  if (row === undefined || row.storedSeq - row.checkpointSeq < parts.checkpointEntries) return
  const range = { firstSeq: row.checkpointSeq + 1, lastSeq: row.checkpointSeq + parts.checkpointEntries }
  const digest = await digestOf(parts.sql, room, range)
  const content = { type: 'madang.checkpoint.v1', room: String(room), ...range, digest } as const
  const receipt = await parts.signer.sign({ ...content, at: new Date().toISOString() })
  await insertKey(parts.sql, parts.signer.kid, JSON.stringify(parts.signer.publicJwk))
  crashPoint('checkpoint: key kept, range not')
  await inTransaction(parts.sql, async (trx) => {
    const locked = await lockLedger(trx, room)
    if (locked?.checkpointSeq !== row.checkpointSeq) return
    await insertCheckpoint(trx, room, { ...range, receipt })
    await setCheckpoint(trx, room, range.lastSeq)
  })
}

async function digestOf(sql: Sql, room: RoomId, range: { firstSeq: number; lastSeq: number }): Promise<string> {
  let digest = ''
  for await (const entries of rowsBetween(sql, room, range)) digest = entries.reduce(chainReceiptDigest, digest)
  return digest
}
