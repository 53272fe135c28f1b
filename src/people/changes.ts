import type { Tell, TellingTransaction } from '../live/index.ts'
import { Problem } from '../platform/errors.ts'
import type { AccountId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import {
  countsOf,
  deleteBlock,
  deleteFollow,
  deleteMute,
  insertBlock,
  insertFollow,
  insertMute,
  lockPeople,
  relationBetween,
} from './store.ts'

/** What people tell notifications: the root passes it in. */
export interface Notices {
  followed(trx: Sql, tell: Tell, by: AccountId, followed: AccountId): Promise<void>
  unfollowed(trx: Sql, tell: Tell, by: AccountId, followed: AccountId): Promise<void>
  parted(trx: Sql, tell: Tell, one: AccountId, other: AccountId): Promise<void>
}

export interface ChangeParts {
  transaction: TellingTransaction
  notices: Notices
  /** People whom one person may follow. */
  followsMax: number
  /** Blocks and mutes of one person together. */
  blocksMax: number
}

/** All of these are repeatable: what is so already stays so, and nobody is told. */
export type Change = (parts: ChangeParts, me: AccountId, other: AccountId) => Promise<void>

/** Errors: `not_found` for who blocks me, `conflict` for whom I block, and when I follow as many as one may. */
export const follow: Change = (parts, me, other) =>
  parts.transaction(async (trx, tell) => {
    await lockPeople(trx, [me, other])
    const relation = await relationBetween(trx, me, other)
    if (relation.follows) return
    if (relation.blocksMe) throw new Problem('not_found')
    if (relation.blocks) throw new Problem('conflict', { detail: 'You block this person' })
    if ((await countsOf(trx, me)).following >= parts.followsMax) {
      throw new Problem('conflict', { detail: `Nobody may follow more than ${parts.followsMax} people` })
    }
    await insertFollow(trx, me, other)
    await parts.notices.followed(trx, tell, me, other)
  })

export const unfollow: Change = (parts, me, other) =>
  parts.transaction(async (trx, tell) => {
    await lockPeople(trx, [me, other])
    if (await deleteFollow(trx, me, other)) await parts.notices.unfollowed(trx, tell, me, other)
  })

/**
 * To each other they are not there from now on: neither follows the other any more, and what either told the other goes from
 * their inboxes. Who is blocked may block too. Error: `conflict`, when I hide as many as one may.
 */
export const block: Change = (parts, me, other) =>
  parts.transaction(async (trx, tell) => {
    await lockPeople(trx, [me, other])
    if ((await relationBetween(trx, me, other)).blocks) return
    await requireRoomToHide(parts, trx, me)
    await insertBlock(trx, me, other)
    await deleteFollow(trx, me, other)
    await deleteFollow(trx, other, me)
    await parts.notices.parted(trx, tell, me, other)
    tellRelations(tell, me, other)
  })

/** Follows that the block ended stay ended. */
export const unblock: Change = (parts, me, other) =>
  parts.transaction(async (trx, tell) => {
    await lockPeople(trx, [me, other])
    if (await deleteBlock(trx, me, other)) tellRelations(tell, me, other)
  })

/** Nobody but me learns of it. Error: `conflict`, when I hide as many as one may. */
export const mute: Change = (parts, me, other) =>
  parts.transaction(async (trx, tell) => {
    await lockPeople(trx, [me])
    if ((await relationBetween(trx, me, other)).mutes) return
    await requireRoomToHide(parts, trx, me)
    await insertMute(trx, me, other)
    tellRelations(tell, me)
  })

export const unmute: Change = (parts, me, other) =>
  parts.transaction(async (trx, tell) => {
    await lockPeople(trx, [me])
    if (await deleteMute(trx, me, other)) tellRelations(tell, me)
  })

async function requireRoomToHide(parts: ChangeParts, trx: Sql, me: AccountId): Promise<void> {
  if ((await countsOf(trx, me)).hidden < parts.blocksMax) return
  throw new Problem('conflict', { detail: `Nobody may block and mute more than ${parts.blocksMax} people` })
}

/** Open streams begin to hide, or to show, at once. */
function tellRelations(tell: Tell, ...audiences: AccountId[]): void {
  for (const audience of audiences) tell({ topic: 'relations', type: 'relations.changed', data: {}, audience })
}
