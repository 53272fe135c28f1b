import type { TellingTransaction } from '../live/index.ts'
import type { Notifications } from '../notifications/index.ts'
import { crashPoint } from '../platform/crash-point.ts'
import type { AccountId, RoomId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import { membersAfter } from './member-store.ts'
import { areNoticesTold, markNoticesTold, roomById } from './store.ts'

export interface SealedParts {
  sql: Sql
  transaction: TellingTransaction
  notify: Notifications['notify']
}

const peopleAtOnce = 200

/**
 * Lets everybody who stayed to the end know that the transcript is there. Whoever did it and died half way is followed by
 * somebody who begins anew: a notice is made once a person and room.
 */
export async function noticeSealed(parts: SealedParts, id: RoomId): Promise<void> {
  const room = await roomById(parts.sql, id)
  if (room === undefined || (await areNoticesTold(parts.sql, id))) return
  let after: AccountId | undefined
  do {
    const members = await membersAfter(parts.sql, id, { after, limit: peopleAtOnce })
    const notices = members.map(({ account: to }) => ({ type: 'room_closed' as const, to, room: id, name: room.name }))
    if (notices.length > 0) await parts.transaction((trx, tell) => parts.notify(trx, tell, notices))
    after = members.length < peopleAtOnce ? undefined : members.at(-1)?.account
  } while (after !== undefined)
  crashPoint('sealing: people told, not noted')
  await markNoticesTold(parts.sql, id)
}
