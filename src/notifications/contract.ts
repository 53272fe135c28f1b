import type { Tell } from '../live/index.ts'
import type { Route } from '../platform/http/route.ts'
import type { AccountId, CommentId, PostId, RoomId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'

/** Something a person should learn of. `excerpt` is the beginning of the text concerned, as it was then. */
export type Notice =
  | { type: 'comment'; to: AccountId; from: AccountId; post: PostId; comment: CommentId; excerpt: string }
  | { type: 'like'; to: AccountId; from: AccountId; post: PostId; excerpt: string }
  | { type: 'mention'; to: AccountId; from: AccountId; post: PostId; comment?: CommentId; excerpt: string }
  | { type: 'follow'; to: AccountId; from: AccountId }
  | { type: 'invitation'; to: AccountId; from: AccountId; room: RoomId; name: string }
  /** Said once a room, however often it is told. */
  | { type: 'room_closed'; to: AccountId; room: RoomId; name: string }

export interface Notifications {
  routes: Route[]
  /**
   * Writes notices in the transaction of what they tell. Those to oneself, and to people who hide the sender, make nothing.
   * Likes of one post, followers, and invitations to one room are merged into one notification as long as it is unread.
   *
   * Locks the inboxes of all receivers, in the order of their ids: call it once in a transaction, with everything that is to
   * be told, and after the locks of one's own rows.
   */
  notify(trx: Sql, tell: Tell, notices: readonly Notice[]): Promise<void>
  /**
   * A like or a follow that was taken back leaves its notification; one that nobody is left in goes. An invitation goes as a
   * whole, whoever asked.
   */
  withdraw(
    trx: Sql,
    tell: Tell,
    what:
      | { type: 'like'; to: AccountId; from: AccountId; post: PostId }
      | { type: 'follow'; to: AccountId; from: AccountId }
      | { type: 'invitation'; to: AccountId; room: RoomId },
  ): Promise<void>
  /** What is deleted takes its notifications with it. Call it with the row of the subject held, so that none comes meanwhile. */
  forget(trx: Sql, tell: Tell, subject: { post: PostId } | { comment: CommentId }): Promise<void>
  /** Two people part: what either told the other goes from their inboxes, for good. */
  part(trx: Sql, tell: Tell, one: AccountId, other: AccountId): Promise<void>
}
