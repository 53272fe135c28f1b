import { formatPlace } from '../ledger/index.ts'
import type { Entry, Place } from '../ledger/index.ts'
import type { RoomId } from '../platform/ids.ts'
import { beginFrame, frameBytes, textFrame } from '../platform/ws/text-frame.ts'
import type { ShownPicture } from './pictures.ts'
import type { Push } from './server-frames.ts'

/** `entry` frames one behind the other, made once for all sockets. */
export interface EntryFrames {
  bytes: Buffer
  /** Of each entry, in order. */
  seqs: readonly number[]
  /** Where in `bytes` the frame of each entry ends. */
  ends: readonly number[]
}

/** What stands beside an entry: who says it, null for the room itself, and the pictures in it. */
export interface Shown {
  from: string | null
  pictures: readonly ShownPicture[]
}

interface Parts {
  head: string
  content: Buffer
  tail: string
  length: number
}

const erased = Buffer.from('null')
const closingBrace = 0x7d

/**
 * Frames of a batch in one piece of memory. The payload goes in as the bytes that were kept: it is JSON already (the ledger sees to that for rows, too), and what
 * every listener gets is what was hashed.
 */
export function entryFrames(room: RoomId, entries: readonly Entry[], show: (entry: Entry) => Shown): EntryFrames {
  const parts = entries.map((entry) => partsOf(room, entry, show(entry)))
  const bytes = Buffer.allocUnsafe(parts.reduce((sum, { length }) => sum + frameBytes(length), 0))
  let end = 0
  const ends = parts.map(({ head, content, tail, length }) => {
    end = beginFrame(bytes, end, length)
    end += bytes.write(head, end)
    end += content.copy(bytes, end)
    if (tail !== '') end += bytes.write(tail, end)
    bytes[end] = closingBrace
    end += 1
    return end
  })
  return { bytes, seqs: entries.map(({ seq }) => seq), ends }
}

/** Those of the entries after `seq`: as a rule all of them. Undefined when there are none. */
export function framesAfter(seq: number, { bytes, seqs, ends }: EntryFrames): Buffer | undefined {
  const first = seqs.findIndex((each) => each > seq)
  if (first < 0) return undefined
  return first === 0 ? bytes : bytes.subarray(ends[first - 1])
}

function partsOf(room: RoomId, entry: Entry, { from, pictures }: Shown): Parts {
  const target = entry.target === undefined ? '' : `,"target":"${formatPlace(entry.target)}"`
  const head =
    `{"type":"entry","room":"${room}","epoch":${entry.epoch},"seq":${entry.seq}` +
    `,"at":"${timeOf(entry.at)}","id":${JSON.stringify(entry.id)},"kind":"${entry.kind}"` +
    `,"from":${JSON.stringify(from)}${target},"content":`
  const content = entry.payload.length === 0 ? erased : entry.payload
  const tail = pictures.length === 0 ? '' : `,"pictures":${JSON.stringify(pictures)}`
  const tailBytes = tail === '' ? 0 : Buffer.byteLength(tail)
  return { head, content, tail, length: Buffer.byteLength(head) + content.length + tailBytes + 1 }
}

let lastTime = { at: Number.NaN, text: '' }

/** Entries of one batch have one time. */
function timeOf(at: number): string {
  if (lastTime.at !== at) lastTime = { at, text: new Date(at).toISOString() }
  return lastTime.text
}

export function pushFrame(push: Push): Buffer {
  return textFrame(JSON.stringify(push))
}

/** The buffer began anew: what a client holds above `keptUpTo` was not kept. */
export function epochFrame(room: RoomId, epoch: number, keptUpTo: Place): Buffer {
  return pushFrame({ type: 'epoch', room: String(room), epoch, keptUpTo: formatPlace(keptUpTo) })
}
