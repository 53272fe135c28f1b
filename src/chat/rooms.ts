import type { Ledger } from '../ledger/index.ts'
import type { TellingTransaction } from '../live/index.ts'
import { Problem } from '../platform/errors.ts'
import type { Viewer } from '../platform/http/viewer.ts'
import type { RoomId } from '../platform/ids.ts'
import { duplicateKey, inTransaction, mysqlErrno } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import { insertJoined } from './member-store.ts'
import { announce } from './member-entries.ts'
import type { MemberParts } from './member-entries.ts'
import { tellOpened } from './room-events.ts'
import { countOpenOf, insertHosted, insertLobby, lobby, lockMentor, moveMembersVersion, roomById } from './store.ts'
import type { Room, RoomSettings } from './store.ts'

const lobbyName = '마당'

/** Told of the room in the transaction that opens it. */
export type OnOpened = (trx: Sql, room: Room) => Promise<void>

/**
 * Opens a room with its mentor in it, who needs none of its seats. Error: `conflict`, when the mentor has too many open.
 * That the mentor came in is announced at once, or by the sweeper if the ledger is away.
 */
export async function openRoom(
  parts: MemberParts & { transaction: TellingTransaction; roomsPerMentor: number; onOpened?: OnOpened },
  mentor: Viewer,
  opening: RoomSettings,
): Promise<Room> {
  // Before the transaction: whoever holds one connection must not wait for another.
  const profile = (await parts.profiles([mentor.account])).get(mentor.account)
  const room = await parts.transaction(async (trx, tell) => {
    await lockMentor(trx, mentor.account)
    if ((await countOpenOf(trx, mentor.account)) >= parts.roomsPerMentor) {
      throw new Problem('conflict', { detail: `At most ${parts.roomsPerMentor} open rooms` })
    }
    const id = await insertHosted(trx, { ...opening, mentor: mentor.account })
    await insertJoined(trx, { room: id, account: mentor.account, version: 1 })
    await moveMembersVersion(trx, id, 1)
    await parts.ledger.create(trx, id)
    const made = await freshRoom(trx, id)
    await parts.onOpened?.(trx, made)
    tellOpened(tell, made, { mentor: profile, people: 0 })
    return made
  })
  await announce(parts, room.id, mentor.account)
  return room
}

async function freshRoom(trx: Sql, id: RoomId): Promise<Room> {
  const room = await roomById(trx, id)
  if (room === undefined) throw new Error(`room ${id} is not there in its own transaction`)
  return room
}

/** The room where everybody may read and speak. Made by whichever process comes first. */
export async function ensureLobby(parts: { sql: Sql; ledger: Pick<Ledger, 'create'> }): Promise<RoomId> {
  const existing = await lobby(parts.sql)
  if (existing !== undefined) return existing
  try {
    return await inTransaction(parts.sql, async (trx) => {
      const id = await insertLobby(trx, lobbyName)
      await parts.ledger.create(trx, id)
      return id
    })
  } catch (error) {
    const made = mysqlErrno(error) === duplicateKey ? await lobby(parts.sql) : undefined
    if (made === undefined) throw error
    return made
  }
}
