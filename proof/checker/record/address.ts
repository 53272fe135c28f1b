import { z } from 'zod'
import type { Line } from '../../history/line.ts'
import type { Ending, KeptRow, Record } from '../contract.ts'
import { roomsIn } from './read.ts'
import { contentOf, isVerified } from './receipts.ts'
import { bodyIn } from './rows.ts'

/** Where a record is read by address alone, in the name of an account that may see the papers of the rooms: an admin's. */
export interface PublicSources {
  address: string
  /** Of the account; another one when the last has expired. */
  token: () => Promise<string>
}

/**
 * What anybody with the right account can see of a run: the receipts and transcripts of rooms that are final. Pages are folded, so a
 * room that is not final cannot be held against its lines.
 */
export async function readPublicRecord(lines: readonly Line[], sources: PublicSources): Promise<Record> {
  const rows: KeptRow[] = []
  const endings: Ending[] = []
  const unseenRooms: string[] = []
  const keys = await bytesAt(sources, '/.well-known/jwks.json')
  for (const room of roomsIn(lines)) {
    const closing = await closingOf(sources, room)
    if (closing !== undefined && finalStates.has(closing.state)) {
      const papers = await papersOf(sources, room, keys)
      rows.push(...papers.rows)
      endings.push({ ...papers.ending, state: closing.state })
    } else {
      unseenRooms.push(room)
      const ending = { room, lastSeq: closing?.lastSeq, epochs: [], isReceiptValid: undefined }
      endings.push({ ...ending, state: closing?.state ?? 'open' })
    }
  }
  return { rows, endings, timeline: undefined, redis: undefined, alarms: [], unseen, unseenRooms }
}

const finalStates = new Set(['sealed', 'suspect', 'quarantined'])

const unseen: NonNullable<Record['unseen']> = [
  { rule: 'C12', why: 'Redis cannot be looked into by address' },
  { rule: 'C13', why: 'logs cannot be read by address' },
  { rule: 'C14', why: 'the tables of the timeline cannot be read by address' },
]

const closingShape = z.object({ state: z.string(), lastSeq: z.int().nullish() })

/** Undefined for a room that nobody has asked to close. */
async function closingOf(
  sources: PublicSources,
  room: string,
): Promise<{ state: string; lastSeq: number | undefined } | undefined> {
  const answer = await get(sources, `/v1/rooms/${room}/closing`)
  if (answer.status === 404 || answer.status === 409) return undefined
  const { state, lastSeq } = closingShape.parse(await requireOk(answer).json())
  return { state, lastSeq: lastSeq ?? undefined }
}

const transcriptLine = z.object({
  ...{ seq: z.int(), epoch: z.int(), sender: z.string(), name: z.string(), id: z.string(), kind: z.string() },
  payload: z.string().nullable(),
  target: z.string().optional(),
})

/** Receipt and transcript, verified against each other as `npm run verify` does. */
async function papersOf(
  sources: PublicSources,
  room: string,
  keys: Buffer,
): Promise<{ rows: KeptRow[]; ending: Ending }> {
  const [receipt, transcript] = [
    await bytesAt(sources, `/v1/rooms/${room}/receipt`),
    await bytesAt(sources, `/v1/rooms/${room}/transcript`),
  ]
  const { jws } = receiptAnswer.parse(JSON.parse(receipt.toString('utf8')))
  const content = contentOf(jws)
  const isReceiptValid = content?.room === room && (await isVerified({ receipt, transcript, keys }))
  const lines = transcript
    .toString('utf8')
    .split('\n')
    .filter((text) => text !== '')
  return {
    rows: lines.map((text) => transcriptRow(room, transcriptLine.parse(JSON.parse(text)))),
    ending: {
      room,
      state: content?.state ?? '',
      lastSeq: content?.lastSeq,
      epochs: content?.epochs ?? [],
      isReceiptValid,
    },
  }
}

const receiptAnswer = z.object({ jws: z.string() })

function transcriptRow(room: string, line: z.output<typeof transcriptLine>): KeptRow {
  const { seq, epoch, sender, name, id, kind, payload, target } = line
  return {
    ...{ room, seq, epoch, id, kind, from: sender === '0' ? null : name },
    ...{ body: bodyIn(payload ?? ''), target: target ?? null, isParked: false },
  }
}

async function get({ address, token }: PublicSources, path: string): Promise<Response> {
  return fetch(new URL(path, address), { headers: { authorization: `Bearer ${await token()}` } })
}

function requireOk(answer: Response): Response {
  if (!answer.ok) throw new Error(`${answer.url} answered ${answer.status}`)
  return answer
}

async function bytesAt(sources: PublicSources, path: string): Promise<Buffer> {
  return Buffer.from(await requireOk(await get(sources, path)).arrayBuffer())
}
