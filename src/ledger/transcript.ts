import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { crashPoint } from '../platform/crash-point.ts'
import type { RoomId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Entry } from './entry.ts'
import { formatPlace } from './entry.ts'
import type { RoomDescription, RoomsPort } from './contract.ts'
import { HashedFile, prepareFolder } from './hashed-file.ts'
import type { NamedFile } from './hashed-file.ts'
import { parkedOf } from './record-store.ts'
import type { Parked } from './record-store.ts'
import { createTranscriptPage } from './transcript-page.ts'
import type { TranscriptPage } from './transcript-page.ts'

export interface Transcripts {
  ndjson: NamedFile
  html: NamedFile
}

/** One line of the NDJSON transcript. With these fields the digest of the receipt can be computed again. */
export interface TranscriptLine {
  seq: number
  epoch: number
  at: string
  sender: string
  name: string
  id: string
  kind: string
  target?: string
  hash: string
  /** The exact text that was hashed; null once erased or when it could not be stored. */
  payload: string | null
}

/** Both transcripts of a closed room, written while its rows are read; they get their names when they are whole. */
export class TranscriptDraft {
  readonly #room: RoomId
  readonly #description: RoomDescription
  readonly #parked: Map<string, Parked>
  readonly #page: TranscriptPage
  readonly #ndjson: HashedFile
  readonly #html: HashedFile

  private constructor(
    room: RoomId,
    facts: { description: RoomDescription; parked: Map<string, Parked>; page: TranscriptPage },
    files: { ndjson: HashedFile; html: HashedFile },
  ) {
    this.#room = room
    this.#description = facts.description
    this.#parked = facts.parked
    this.#page = facts.page
    this.#ndjson = files.ndjson
    this.#html = files.html
  }

  /** The folder is made if need be. What is begun must be discarded in the end, also when it is finished. */
  static async begin(
    parts: { sql: Sql; rooms: Pick<RoomsPort, 'describeEntry'>; folder: string },
    room: RoomId,
    description: RoomDescription,
  ): Promise<TranscriptDraft> {
    await prepareFolder(parts.folder)
    const parked = new Map(
      (await parkedOf(parts.sql, room)).map((entry) => [`!parked:${entry.epoch}:${entry.seq}`, entry]),
    )
    const page = createTranscriptPage(description, parts.rooms)
    const files = { ndjson: await HashedFile.create(parts.folder), html: await HashedFile.create(parts.folder) }
    const draft = new TranscriptDraft(room, { description, parked, page }, files)
    await files.html.write(page.head)
    return draft
  }

  /** In order, without a hole. */
  async write(entries: readonly Entry[]): Promise<void> {
    const lines = entries.map((entry) => lineOf(entry, this.#parked, this.#description))
    await this.#ndjson.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    await this.#html.write(this.#page.linesOf(entries))
  }

  async finish(): Promise<Transcripts> {
    await this.#html.write(this.#page.foot)
    crashPoint('sealing: transcripts written, not named')
    const ndjson = await this.#ndjson.finish(this.#room, 'ndjson')
    crashPoint('sealing: one transcript named, the other not')
    return { ndjson, html: await this.#html.finish(this.#room, 'html') }
  }

  async discard(): Promise<void> {
    await this.#ndjson.discard()
    await this.#html.discard()
  }
}

const fileName = /^room-([1-9][0-9]*)-([0-9a-f]{64})\.(?:ndjson|html)$/

/** Error: a name that is none of a transcript. */
export function roomOfTranscript(name: string): RoomId {
  const room = fileName.exec(name)?.[1]
  if (room === undefined) throw new Error(`not the name of a transcript: ${JSON.stringify(name)}`)
  return Number(room) as RoomId
}

/** SHA-256 of a transcript, which is in its name. Undefined for any other name. */
export function hashOfTranscript(name: string): string | undefined {
  return fileName.exec(name)?.[2]
}

/**
 * Path and size of a transcript that was written earlier. Undefined where there is none, and for any other name. Errors: those of the
 * system that do not say whether there is one, such as of a folder that may not be read, or of a disk that is away.
 */
export async function transcriptFile(
  folder: string,
  name: string,
): Promise<{ path: string; sha256: string; bytes: number } | undefined> {
  const sha256 = hashOfTranscript(name)
  if (sha256 === undefined) return undefined
  const path = join(folder, name)
  const facts = await stat(path).catch(undefinedWhereNone)
  return facts === undefined ? undefined : { path, sha256, bytes: facts.size }
}

/** The same, opened: whoever has it reads `body` or destroys it. Errors: also those of a file that cannot be opened, or whose beginning cannot be read. */
export async function openTranscript(
  folder: string,
  name: string,
): Promise<{ sha256: string; bytes: number; body: Readable } | undefined> {
  const sha256 = hashOfTranscript(name)
  if (sha256 === undefined) return undefined
  const file = await open(join(folder, name)).catch(undefinedWhereNone)
  if (file === undefined) return undefined
  try {
    const { size } = await file.stat()
    // A disk with a fault gives the file and not what is in it: to be heard of before an answer has begun.
    await file.read(Buffer.alloc(1), 0, 1, 0)
    return { sha256, bytes: size, body: file.createReadStream({ start: 0 }) }
  } catch (error) {
    await file.close()
    throw error
  }
}

function undefinedWhereNone(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return
  throw error
}

function lineOf(row: Entry, parked: Map<string, Parked>, description: RoomDescription): TranscriptLine {
  const entry = row.kind === 'unreadable' ? { ...row, ...parked.get(row.id) } : row
  return {
    seq: row.seq,
    epoch: row.epoch,
    at: new Date(entry.at).toISOString(),
    sender: String(entry.sender),
    name: description.names.get(entry.sender) ?? '',
    id: entry.id,
    kind: entry.kind,
    ...(row.target === undefined ? {} : { target: formatPlace(row.target) }),
    hash: entry.hash,
    payload: row.payload.length === 0 ? null : row.payload.toString('utf8'),
  }
}
