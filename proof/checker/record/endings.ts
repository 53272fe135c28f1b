import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Ending } from '../contract.ts'
import type { Database } from './database.ts'
import { isVerified, saysSame } from './receipts.ts'

interface LedgerRow {
  room_id: number
  ledger_state: string
  state: string | null
  epoch: number | null
  last_seq: number | null
  receipt: string | null
  transcript_ndjson: string | null
}

interface EpochRow {
  room_id: number
  epoch: number
  first_seq: number
  last_seq: number
  cause: string
  suspect_from: number | null
  suspect_to: number | null
}

type Epochs = Ending['epochs']

/** How each of these rooms stands. Receipts are verified by what `npm run verify` does, against the transcript as it lies in the folder. */
export async function readEndings(
  database: Database,
  rooms: readonly string[],
  transcriptsFolder: string,
): Promise<Ending[]> {
  if (rooms.length === 0) return []
  const ledgers = await database.rows<LedgerRow>(
    `SELECT l.room_id, l.state AS ledger_state, e.state, e.epoch, e.last_seq, e.receipt, e.transcript_ndjson
     FROM ledgers l LEFT JOIN end_room e ON e.room_id = l.room_id WHERE l.room_id IN (?)`,
    [rooms],
  )
  const ended = await database.rows<EpochRow>(
    `SELECT room_id, epoch, first_seq, last_seq, cause, suspect_from, suspect_to FROM ledger_epochs
     WHERE room_id IN (?) ORDER BY room_id, epoch`,
    [rooms],
  )
  const jwks = await database.rows<{ jwk: string }>('SELECT jwk FROM ledger_keys')
  const keys = `{"keys":[${jwks.map(({ jwk }) => jwk).join(',')}]}`
  const endsOf = Map.groupBy(ended, ({ room_id }) => room_id)
  const endings: Ending[] = []
  const waiting = [...ledgers]
  const verifyNext = async (): Promise<void> => {
    for (let ledger = waiting.shift(); ledger !== undefined; ledger = waiting.shift()) {
      const ending = endingOf(ledger, endsOf.get(ledger.room_id) ?? [])
      endings.push({ ...ending, isReceiptValid: await verify(ledger, ending, { keys, transcriptsFolder }) })
    }
  }
  await Promise.all(Array.from({ length: verifiedAtOnce }, verifyNext))
  return endings
}

/** Each is a process of its own. */
const verifiedAtOnce = 3

function endingOf(ledger: LedgerRow, ended: readonly EpochRow[]): Ending {
  const epochs = ended.map(({ epoch, first_seq, last_seq, cause, suspect_from, suspect_to }) => ({
    ...{ epoch, firstSeq: first_seq, lastSeq: last_seq, cause },
    suspect: suspect_from === null || suspect_to === null ? undefined : { from: suspect_from, to: suspect_to },
  }))
  return {
    room: String(ledger.room_id),
    state: ledger.state ?? ledger.ledger_state,
    lastSeq: ledger.last_seq ?? undefined,
    epochs: [...epochs, ...lastEpochOf(ledger, epochs)],
    isReceiptValid: undefined,
  }
}

/** The epoch in which the room was closed has no row of its own, unless it ended before the room was sealed. */
function lastEpochOf({ epoch, last_seq }: LedgerRow, ended: Epochs): Epochs {
  if (epoch === null || last_seq === null || ended.some((one) => one.epoch === epoch)) return []
  const firstSeq = (ended.at(-1)?.lastSeq ?? 0) + 1
  return [{ epoch, firstSeq, lastSeq: last_seq, cause: 'closed', suspect: undefined }]
}

const finalStates = new Set(['sealed', 'suspect', 'quarantined'])

/** Signed, whole, and saying the same as the tables. Undefined without a receipt, of a room that is not final. */
async function verify(
  { receipt, transcript_ndjson }: LedgerRow,
  ending: Ending,
  papers: { keys: string; transcriptsFolder: string },
): Promise<boolean | undefined> {
  if (receipt === null || transcript_ndjson === null) return finalStates.has(ending.state) ? false : undefined
  const transcript = await readFile(join(papers.transcriptsFolder, transcript_ndjson)).catch(() => undefined)
  if (transcript === undefined || !saysSame(receipt, ending)) return false
  return isVerified({ receipt, transcript, keys: papers.keys })
}
