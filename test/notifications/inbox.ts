import type { Notice, Notifications } from '../../src/notifications/index.ts'
import type { CommentId, PostId, RoomId } from '../../src/platform/ids.ts'
import type { Resident, Street } from '../people/street.ts'

/** A notification as its owner reads it. */
export interface Item {
  id: string
  place: string
  type: string
  isRead: boolean
  actors: { count: number; latest: { username: string }[] }
  post: string | null
  comment: string | null
  room: { id: string; name: string } | null
  excerpt: string | null
}

export async function inboxOf(who: Resident): Promise<{ items: Item[]; unread: number }> {
  const { status, body } = await who.ask('GET /v1/notifications?limit=100')
  if (status !== 200) throw new Error(JSON.stringify(body))
  return { items: body['items'] as Item[], unread: Number(body['unread']) }
}

export const tell = (street: Street, ...notices: Notice[]): Promise<void> =>
  street.transaction((trx, say) => street.notifications.notify(trx, say, notices))

export const takeBack = (street: Street, what: Parameters<Notifications['withdraw']>[2]): Promise<void> =>
  street.transaction((trx, say) => street.notifications.withdraw(trx, say, what))

export const forget = (street: Street, what: Parameters<Notifications['forget']>[2]): Promise<void> =>
  street.transaction((trx, say) => street.notifications.forget(trx, say, what))

export async function readUpTo(who: Resident, item: Item | undefined): Promise<number> {
  const { status, body } = await who.ask('POST /v1/notifications/read', { upTo: item?.place })
  if (status !== 200) throw new Error(JSON.stringify(body))
  return Number(body['unread'])
}

let subjects = 0
/** The id of something that no other test speaks of. */
export const nextPost = (): PostId => (subjects += 1) as PostId
export const nextComment = (): CommentId => (subjects += 1) as CommentId
export const nextRoom = (): RoomId => (subjects += 1) as RoomId

export const like = (from: Resident, to: Resident, post: PostId) =>
  ({ type: 'like', from: from.id, to: to.id, post, excerpt: '오늘 마당에' }) as const
export const comment = (from: Resident, to: Resident, post: PostId, id: CommentId = nextComment()) =>
  ({ type: 'comment', from: from.id, to: to.id, post, comment: id, excerpt: `${from.username} says` }) as const
export const mention = (from: Resident, to: Resident, post: PostId, id?: CommentId) =>
  ({
    type: 'mention',
    from: from.id,
    to: to.id,
    post,
    ...(id === undefined ? {} : { comment: id }),
    excerpt: '@',
  }) as const
export const closed = (to: Resident, room: RoomId) =>
  ({ type: 'room_closed', to: to.id, room, name: '장독대' }) as const
export const invitation = (from: Resident, to: Resident, room: RoomId) =>
  ({ type: 'invitation', from: from.id, to: to.id, room, name: '장독대' }) as const
