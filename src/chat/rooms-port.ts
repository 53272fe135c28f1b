import type { Entry, RoomsPort } from '../ledger/index.ts'
import type { Sql } from '../platform/mysql.ts'
import { toldOfRoom } from './invitations.ts'
import { markStayed } from './member-store.ts'
import { readEdit, readMember, readReact, readSettings, readText } from './message.ts'
import type { ReadProfiles } from './names.ts'
import { rosterOf } from './roster-store.ts'
import { noticeSealed } from './sealed.ts'
import type { SealedParts } from './sealed.ts'
import { rulesOf } from './settings.ts'
import { lockRoom, markClosed, roomById } from './store.ts'
import { tellClosed } from './room-events.ts'
import type { RoomSettings } from './store.ts'

/** Who may speak in a room, and by which rules: all that a new epoch begins with. */
export function createRosters(sql: Sql): Pick<RoomsPort, 'roster'> {
  return {
    async roster(room) {
      const roster = await rosterOf(sql, room)
      if (roster === undefined) throw new Error(`room ${room} has no row`)
      return {
        rules: rulesOf(roster),
        version: roster.membersVersion,
        members: roster.members.map(({ account, version, standing, hasWord }) => ({
          ...{ account, version, hasWord },
          isIn: standing === 'in' || standing === 'stayed',
        })),
      }
    },
  }
}

/** What a transcript tells of a room beside its entries. */
export function createDescriptions(parts: {
  sql: Sql
  profiles: ReadProfiles
}): Pick<RoomsPort, 'describe' | 'describeEntry'> {
  return {
    async describe(id, senders) {
      const room = await roomById(parts.sql, id)
      if (room === undefined) throw new Error(`room ${id} has no row`)
      const profiles = await parts.profiles(senders)
      return {
        name: room.name,
        topic: room.topic,
        openedAt: room.openedAt,
        names: new Map([...profiles].map(([account, profile]) => [account, profile.username])),
      }
    },
    describeEntry,
  }
}

/** What the ledger wants to know of rooms. Needs no sockets, so workers have it too. */
export function createRoomsPort(parts: SealedParts & { profiles: ReadProfiles }): RoomsPort {
  return {
    ...createRosters(parts.sql),
    ...createDescriptions(parts),
    async closed(room) {
      await parts.transaction(async (trx, tell) => {
        const open = await lockRoom(trx, room)
        if (open !== undefined && (await markClosed(trx, room)))
          tellClosed(tell, open, 'closed', await toldOfRoom(trx, open))
        await markStayed(trx, room)
      })
    },
    sealed: (room) => noticeSealed(parts, room),
  }
}

/** One readable line. What was deleted is gone, here too: one line stands for the message and all that was done to it. */
function describeEntry(entry: Entry): string | undefined {
  const isErased = entry.payload.length === 0
  if (isErased && entry.target !== undefined) return undefined
  switch (entry.kind) {
    case 'text':
      return isErased ? '(deleted)' : describeText(entry)
    case 'edit':
      return `(edits ${entry.target?.seq}) ${readEdit(entry)?.body ?? ''}`
    case 'delete':
      return undefined
    case 'react':
      return `(${readReact(entry)?.action === 'remove' ? 'takes back' : 'reacts to'} ${entry.target?.seq}) ${readReact(entry)?.emoji ?? ''}`
    case 'join':
      return `${readMember(entry)?.who.username ?? '?'} came in`
    case 'leave':
      return `${readMember(entry)?.who.username ?? '?'} left`
    case 'kick':
      return `${readMember(entry)?.who.username ?? '?'} was put out by ${readMember(entry)?.by?.username ?? '?'}`
    case 'ban':
      return `${readMember(entry)?.who.username ?? '?'} was banned by ${readMember(entry)?.by?.username ?? '?'}`
    case 'unban':
      return `${readMember(entry)?.who.username ?? '?'} may come again, says ${readMember(entry)?.by?.username ?? '?'}`
    case 'word':
      return `${readMember(entry)?.who.username ?? '?'} was given the word by ${readMember(entry)?.by?.username ?? '?'}`
    case 'unword':
      return `${readMember(entry)?.who.username ?? '?'} no longer has the word, says ${readMember(entry)?.by?.username ?? '?'}`
    case 'settings':
      return describeSettings(entry)
    case 'closed':
      return 'The room was closed'
    case 'unreadable':
      return '(could not be stored)'
    default:
      return undefined
  }
}

const settingNames: Record<keyof RoomSettings, string> = {
  ...{ name: 'name', topic: 'topic', seats: 'seats', entry: 'who may come in', speak: 'who may speak' },
  slowModeSeconds: 'seconds between messages',
}

function describeSettings(entry: Entry): string | undefined {
  const settings = readSettings(entry)
  if (settings === undefined) return undefined
  const changed = Object.entries(settings.changed).map(
    ([name, value]) => `${settingNames[name as keyof RoomSettings]}: ${value}`,
  )
  return `${settings.by.username} changed ${changed.join(', ')}`
}

/** Pictures stand behind the text by what they show; the NDJSON names them by their ids. */
function describeText(entry: Entry): string | undefined {
  const text = readText(entry)
  if (text === undefined) return undefined
  const pictures = (text.media ?? []).map(({ id, alt }) => `(picture ${id}${alt === '' ? '' : `: ${alt}`})`)
  return [text.body, ...pictures].filter((part) => part !== '').join(' ')
}
