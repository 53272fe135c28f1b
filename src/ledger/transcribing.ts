import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { RoomId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import { closingOf, forgetTranscript, renamePage } from './closing-store.ts'
import type { RoomsPort } from './contract.ts'
import { sendersOf } from './store.ts'
import { roomOfTranscript, TranscriptDraft } from './transcript.ts'
import type { Transcripts } from './transcript.ts'
import { rowsBetween } from './verification.ts'

/**
 * Transcripts that are lost, written anew (docs/decisions/0056). They are made of rows that do not change any more, so what is made of them
 * again has the hash that stood in the name, or it is not what the receipt is about and gets no name.
 */
export interface TranscribingParts {
  sql: Sql
  rooms: Pick<RoomsPort, 'describe' | 'describeEntry'>
  /** Where transcripts lie. */
  folder: string
}

/** Of these names, those that are there again and those that cannot be. Nobody else may do so at the same time. */
export async function transcribeAnew(
  parts: TranscribingParts,
  names: readonly string[],
): Promise<{ written: string[]; lost: string[] }> {
  const written: string[] = []
  for (const [room, lost] of Map.groupBy(names, roomOfTranscript))
    written.push(...(await transcribeRoom(parts, room, lost)))
  return { written, lost: names.filter((name) => !written.includes(name)) }
}

/** Lets closings name them no longer. */
export async function forgetTranscripts(trx: Sql, names: readonly string[]): Promise<void> {
  for (const name of names) await forgetTranscript(trx, roomOfTranscript(name), name)
}

/** Those of the lost that are there now, under the names by which the closing knew them. What is not lost stays as it is. */
async function transcribeRoom(
  { sql, rooms, folder }: TranscribingParts,
  room: RoomId,
  lost: readonly string[],
): Promise<string[]> {
  const closing = await closingOf(sql, room)
  if (closing?.lastSeq === undefined) return []
  const { ndjson: named, html: page } = closing.transcripts
  const aside = join(folder, '.anew')
  try {
    const made = await draft({ sql, rooms, folder: aside }, room, closing.lastSeq)
    // The page is not signed, but it shows the same rows: where these are others, it would show what nobody has verified.
    if (made.ndjson.name !== named) return []
    const written: string[] = []
    if (lost.includes(named)) {
      await rename(join(aside, named), join(folder, named))
      written.push(named)
    }
    if (page !== undefined && lost.includes(page)) {
      await rename(join(aside, made.html.name), join(folder, made.html.name))
      if (page !== made.html.name) await renamePage(sql, room, { from: page, to: made.html.name })
      written.push(page)
    }
    return written
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
}

async function draft(parts: TranscribingParts, room: RoomId, lastSeq: number): Promise<Transcripts> {
  const { sql, rooms } = parts
  const description = await rooms.describe(room, await sendersOf(sql, room))
  const transcripts = await TranscriptDraft.begin(parts, room, description)
  try {
    for await (const entries of rowsBetween(sql, room, { firstSeq: 1, lastSeq })) await transcripts.write(entries)
    return await transcripts.finish()
  } finally {
    await transcripts.discard()
  }
}
