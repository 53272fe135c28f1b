import { formatPlace } from '../ledger/index.ts'
import type { Entry, Place } from '../ledger/index.ts'
import type { RoomId } from '../platform/ids.ts'
import { textFrame } from '../platform/ws/text-frame.ts'
import type { ShownPicture } from './pictures.ts'
import type { Push } from './server-frames.ts'

const end = Buffer.from('}')
const erased = Buffer.from('null')

/**
 * An `entry` frame. The payload goes in as the bytes that were kept: it is JSON already (the ledger sees to that for rows, too), and what
 * every listener gets is what was hashed.
 */
export function entryFrame(
  room: RoomId,
  entry: Entry,
  from: string | null,
  pictures: readonly ShownPicture[] = [],
): Buffer {
  const target = entry.target === undefined ? '' : `,"target":"${formatPlace(entry.target)}"`
  const head =
    `{"type":"entry","room":"${room}","epoch":${entry.epoch},"seq":${entry.seq}` +
    `,"at":"${new Date(entry.at).toISOString()}","id":${JSON.stringify(entry.id)},"kind":"${entry.kind}"` +
    `,"from":${JSON.stringify(from)}${target},"content":`
  const content = entry.payload.length === 0 ? erased : entry.payload
  const shown = pictures.length === 0 ? '' : `,"pictures":${JSON.stringify(pictures)}`
  return textFrame(Buffer.concat([Buffer.from(head), content, Buffer.from(shown), end]))
}

export function pushFrame(push: Push): Buffer {
  return textFrame(JSON.stringify(push))
}

/** The buffer began anew: what a client holds above `keptUpTo` was not kept. */
export function epochFrame(room: RoomId, epoch: number, keptUpTo: Place): Buffer {
  return pushFrame({ type: 'epoch', room: String(room), epoch, keptUpTo: formatPlace(keptUpTo) })
}
