import { z } from 'zod'
import type { Saying } from './outbox.ts'
import type { SeenEntry } from './room-view.ts'

/** A line of the transcript, as far as it is compared with what clients know. */
export interface StoredLine {
  seq: number
  epoch: number
  sender: string
  id: string
  kind: string
  target?: string | undefined
  body: string | undefined
}

/** What everybody who was there knows about a room that is closed. */
export interface Testimony {
  lines: readonly StoredLine[]
  spoken: readonly { who: string; account: string; sayings: readonly Saying[] }[]
  heard: readonly { who: string; entries: readonly SeenEntry[] }[]
}

const mostFaults = 20

/**
 * Holds the transcript against the clients: every acknowledged line stands there once, at its place, byte for byte, in the
 * order of its speaker; nothing stands there that nobody said; everybody heard 1 … n without a hole. Readable faults.
 */
export function judge(testimony: Testimony): string[] {
  const faults = [...faultsOfLines(testimony), ...faultsOfSpeakers(testimony), ...faultsOfListeners(testimony)]
  return faults.length > mostFaults ? [...faults.slice(0, mostFaults), `… ${faults.length} in all`] : faults
}

function faultsOfLines({ lines, spoken }: Testimony): string[] {
  const said = new Set(spoken.flatMap(({ account, sayings }) => sayings.map((saying) => `${account}:${saying.id}`)))
  const stored = new Set<string>()
  const faults: string[] = []
  for (const [index, { seq, sender, id, kind }] of lines.entries()) {
    const name = `${sender}:${id}`
    if (seq !== index + 1) faults.push(`line ${index + 1} of the transcript has seq ${seq}`)
    if (stored.has(name)) faults.push(`seq ${seq}: stored a second time (${id})`)
    if (kind === 'text' && !said.has(name)) faults.push(`seq ${seq}: nobody knows of having said it (${id})`)
    stored.add(name)
  }
  return faults
}

function faultsOfSpeakers({ lines, spoken }: Testimony): string[] {
  return spoken.flatMap(({ who, account, sayings }) => {
    const faults: string[] = []
    let last = 0
    for (const { id, body, place } of sayings) {
      const line = lines[(place?.seq ?? 0) - 1]
      if (place === undefined || line === undefined) faults.push(`${who}: ${id} was acknowledged and is not stored`)
      else if (line.epoch !== place.epoch || line.id !== id || line.sender !== account) {
        faults.push(`${who}: seq ${place.seq} was acknowledged for ${id} and holds ${line.id}`)
      } else if (line.body !== body) faults.push(`${who}: seq ${place.seq} is stored with another text`)
      if (place !== undefined && place.seq <= last)
        faults.push(`${who}: seq ${place.seq} stands before what was said earlier`)
      last = place?.seq ?? last
    }
    return faults
  })
}

function faultsOfListeners({ lines, heard }: Testimony): string[] {
  return heard.flatMap(({ who, entries }) => {
    if (entries.length !== lines.length) return [`${who}: heard ${entries.length} of ${lines.length} entries`]
    const wrong = lines.find((line, index) => !isHeard(line, entries[index]))
    return wrong === undefined ? [] : [`${who}: heard something else at seq ${wrong.seq}`]
  })
}

/** Who had to page got a message with its amendments in one: those places count as heard. */
function isHeard(line: StoredLine, entry: SeenEntry | undefined): boolean {
  if (entry === undefined) return false
  if (entry.kind === 'folded') return line.target !== undefined
  return entry.epoch === line.epoch && entry.id === line.id && entry.kind === line.kind && entry.body === line.body
}

const storedLine = z
  .object({
    seq: z.int(),
    epoch: z.int(),
    sender: z.string(),
    id: z.string(),
    kind: z.string(),
    target: z.string().optional(),
    payload: z.string().nullable(),
  })
  .transform(({ payload, ...line }): StoredLine => ({ ...line, body: bodyIn(payload) }))

export function readTranscript(ndjson: string): StoredLine[] {
  return ndjson
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => storedLine.parse(JSON.parse(line)))
}

const spokenPayload = z.object({ body: z.string().optional() })

function bodyIn(payload: string | null): string | undefined {
  return payload === null ? undefined : spokenPayload.parse(JSON.parse(payload)).body
}
