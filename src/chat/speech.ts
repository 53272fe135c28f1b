import { formatPlace, samePlace } from '../ledger/index.ts'
import type { Entry, Item, Ledger, NewEntry, Place } from '../ledger/index.ts'
import { crashPoint } from '../platform/crash-point.ts'
import { Problem } from '../platform/errors.ts'
import type { Viewer } from '../platform/http/viewer.ts'
import { isUuidV7 } from '../platform/ids.ts'
import type { RoomId } from '../platform/ids.ts'
import { can, requireVisible } from './access.ts'
import type { AccessParts, KnownRooms } from './access.ts'
import type { KeptFrame } from './frames.ts'
import type { MediaList } from './message.ts'
import { claimPictures, doubtPictures, picturesIn, releasePictures, settleClaim } from './message-pictures.ts'
import type { PictureParts } from './message-pictures.ts'
import type { Prepared } from './outcome.ts'
import { deletePayload, editPayload, reactPayload, textPayload } from './message.ts'

export interface SpeechParts extends AccessParts, PictureParts {
  ledger: Pick<Ledger, 'append' | 'entryAt' | 'items' | 'placeOf'>
  rooms: KnownRooms
}

/** What is said, whichever door it came in by. */
export type Speech = KeptFrame extends infer F ? (F extends KeptFrame ? Omit<F, 'ref'> : never) : never
type SpeechOf<Type> = Extract<Speech, { type: Type }>

/**
 * The entry that somebody's words become. Answers at once when nothing has to be looked up: an ordinary line in a room
 * that this server has met. Errors: `not_found`, `bad_input`, `forbidden`, `not_member`.
 *
 * A check must give the same answer when a client repeats what was kept: whoever heard *fail* may conclude that it was not.
 */
export function prepare(parts: SpeechParts, speaker: Viewer, said: Speech): Prepared | Promise<Prepared> {
  const isPlain = said.type === 'send' && said.replyTo === undefined && said.media === undefined
  if (isPlain && parts.rooms.known(said.room) !== undefined) return toEntry(parts, speaker, said)
  return lookUp(parts, speaker, said)
}

async function lookUp(parts: SpeechParts, speaker: Viewer, said: Speech): Promise<Prepared> {
  await parts.rooms.of(said.room)
  try {
    return await check(parts, speaker, said)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    await requireReader(parts, speaker, said.room)
    if (await isKept(parts, speaker, said)) return toEntry(parts, speaker, said)
    throw error
  }
}

/** What it names may have gone since, with its pictures or with an epoch: a repeat of what was kept hears where it stands all the same. */
async function isKept(parts: SpeechParts, speaker: Viewer, { room, id }: Speech): Promise<boolean> {
  return isUuidV7(id) && (await parts.ledger.placeOf(room, { sender: speaker.account, id })) !== undefined
}

async function check(parts: SpeechParts, speaker: Viewer, said: Speech): Promise<Prepared> {
  switch (said.type) {
    case 'send':
      if (said.replyTo !== undefined) await messageAt(parts, said.room, said.replyTo, '/replyTo')
      return said.media === undefined ? toEntry(parts, speaker, said) : withPictures(parts, speaker, said, said.media)
    case 'react':
      return checkReact(parts, speaker, said)
    case 'edit':
    case 'delete':
      return checkChange(parts, speaker, said)
    default:
      return said satisfies never
  }
}

async function checkReact(parts: SpeechParts, speaker: Viewer, said: SpeechOf<'react'>): Promise<Prepared> {
  const target = await messageAt(parts, said.room, said.target, '/target')
  if (target.payload.length > 0) return toEntry(parts, speaker, said)
  return refuseDeleted(await itemAt(parts, said.room, said.target), speaker, said)
}

async function checkChange(parts: SpeechParts, speaker: Viewer, said: SpeechOf<'edit' | 'delete'>): Promise<Prepared> {
  const item = await itemAt(parts, said.room, said.target)
  if (!(await mayChange(parts, speaker, said, item.entry))) throw new Problem('forbidden')
  const isDeleted = item.entry.payload.length === 0 || item.amendments.some((entry) => entry.kind === 'delete')
  if (isDeleted) return refuseDeleted(item, speaker, said)
  const prepared = toEntry(parts, speaker, said)
  if (said.type === 'edit' || picturesIn(item.entry).length === 0) return prepared
  await doubtPictures(parts, said.room, item.entry)
  crashPoint('message picture: in doubt, not deleted')
  return { ...prepared, onOutcome: (outcome) => releasePictures(parts, said.room, outcome, item.entry) }
}

async function withPictures(
  parts: SpeechParts,
  speaker: Viewer,
  said: SpeechOf<'send'>,
  media: MediaList,
): Promise<Prepared> {
  const message = { room: said.room, sender: speaker.account, id: said.id }
  const pictures = media.map(({ id }) => id)
  const prepared = toEntry(parts, speaker, said)
  // What the ledger refuses anyway must not become a name for pictures.
  if (!isUuidV7(said.id)) return prepared
  await claimPictures(parts, message, pictures)
  crashPoint('message picture: claimed, not appended')
  return { ...prepared, onOutcome: (outcome) => settleClaim(parts, outcome, pictures) }
}

async function mayChange(
  parts: SpeechParts,
  speaker: Viewer,
  said: SpeechOf<'edit' | 'delete'>,
  target: Entry,
): Promise<boolean> {
  if (target.sender === speaker.account) return true
  return said.type === 'delete' && can(speaker, 'moderate', await parts.rooms.of(said.room))
}

async function messageAt(parts: SpeechParts, room: RoomId, place: Place, pointer: string): Promise<Entry> {
  const entry = await parts.ledger.entryAt(room, place)
  if (entry?.kind !== 'text') throw notKept(place, pointer)
  return entry
}

async function itemAt(parts: SpeechParts, room: RoomId, place: Place): Promise<Item> {
  const { items } = await parts.ledger.items(room, { before: place.seq + 1, limit: 1 })
  const [item] = items
  if (item?.entry.kind !== 'text' || !samePlace(item.entry, place)) throw notKept(place, '/target')
  return item
}

function notKept(place: Place, pointer: string): Problem {
  const detail = `No message was kept at ${formatPlace(place)}`
  return new Problem('bad_input', { errors: [{ pointer, code: 'not_kept', detail }] })
}

/** Unless this very entry is among what changed the message before it was deleted: then it is a repeat, and was kept. */
function refuseDeleted(item: Item, speaker: Viewer, said: Speech): Prepared {
  const first = item.amendments.find((entry) => entry.sender === speaker.account && entry.id === said.id)
  if (first !== undefined) {
    const place = { epoch: first.epoch, seq: first.seq }
    return { type: 'kept', outcome: { type: 'kept', place, at: first.at, isDuplicate: true, kept: 'buffered' } }
  }
  throw new Problem('bad_input', {
    errors: [{ pointer: '/target', code: 'deleted', detail: 'The message is deleted' }],
  })
}

/** What is in a room is not told to those who may not read it. */
async function requireReader(parts: SpeechParts, speaker: Viewer, room: RoomId): Promise<void> {
  const seen = await requireVisible(parts, speaker, room)
  if (!can(speaker, 'read', seen.room, seen.member?.standing)) throw new Problem('not_member')
}

function toEntry(parts: SpeechParts, speaker: Viewer, said: Speech): Extract<Prepared, { type: 'entry' }> {
  const entry = entryOf(speaker, said)
  // The rules of a room are not for those who keep order in it.
  const room = parts.rooms.known(said.room)
  if (room !== undefined && can(speaker, 'moderate', room)) delete entry.takes
  return { type: 'entry', entry }
}

/** Taking back and reacting are open to everybody with a seat. Each is made in one piece: ordinary lines are most of what a server makes. */
function entryOf({ account: sender }: Viewer, said: Speech): NewEntry {
  const { id } = said
  switch (said.type) {
    case 'send':
      return { sender, id, kind: 'text', payload: textPayload(said), takes: 'turn' }
    case 'edit':
      return { sender, id, kind: 'edit', target: said.target, payload: editPayload(said), takes: 'word' }
    case 'delete':
      return { sender, id, kind: 'delete', target: said.target, payload: deletePayload(), erases: true }
    case 'react':
      return { sender, id, kind: 'react', target: said.target, payload: reactPayload(said) }
    default:
      return said satisfies never
  }
}
