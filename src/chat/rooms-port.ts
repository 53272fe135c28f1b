import type { Entry, RoomsPort } from '../ledger/index.ts'
import { inTransaction } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import { markStayed, rosterOf } from './member-store.ts'
import { readEdit, readMember, readReact, readText } from './message.ts'
import type { ReadProfiles } from './names.ts'
import { markClosed, roomById } from './store.ts'

/** What the ledger wants to know of rooms. Needs no sockets, so workers have it too. */
export function createRoomsPort(parts: { sql: Sql; profiles: ReadProfiles }): RoomsPort {
  return {
    async roster(room) {
      const roster = await rosterOf(parts.sql, room)
      if (roster === undefined) throw new Error(`room ${room} has no row`)
      return {
        speak: roster.kind === 'lobby' ? 'all' : 'members',
        version: roster.membersVersion,
        members: roster.members.map(({ account, version, standing }) => ({
          account,
          version,
          isIn: standing === 'in' || standing === 'stayed',
        })),
      }
    },
    async closed(room) {
      await inTransaction(parts.sql, async (trx) => {
        await markClosed(trx, room)
        await markStayed(trx, room)
      })
    },
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

/** One readable line. What was deleted is gone, here too: one line stands for the message and all that was done to it. */
function describeEntry(entry: Entry): string | undefined {
  const isErased = entry.payload.length === 0
  if (isErased && entry.target !== undefined) return undefined
  switch (entry.kind) {
    case 'text':
      return isErased ? '(deleted)' : readText(entry)?.body
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
    case 'closed':
      return 'The room was closed'
    case 'unreadable':
      return '(could not be stored)'
    default:
      return undefined
  }
}
