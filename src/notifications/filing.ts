import type { AccountId, CommentId, PostId, RoomId } from '../platform/ids.ts'
import type { Notice } from './contract.ts'

/** A notice as it is kept. */
export interface Filed {
  to: AccountId
  /** Nobody, when the house itself tells it. */
  from: AccountId | undefined
  type: Notice['type']
  /** What it is about, within its type: two notices of one type and subject are one notification. */
  subject: string
  /** Further people join as long as it is unread, and a new one begins after that; otherwise it is said once and for all. */
  isMerged: boolean
  post: PostId | undefined
  comment: CommentId | undefined
  room: RoomId | undefined
  /** The beginning of a text, or the name of a room. */
  body: string
}

const longestBody = 140

/** Each comment is a notification of its own, since each says something else; likes, followers and invitations say the same. */
export function file(notice: Notice): Filed {
  const { type, to } = notice
  const bare = { type, to, post: undefined, comment: undefined, room: undefined, isMerged: false }
  switch (notice.type) {
    case 'comment':
    case 'mention': {
      const { from, post, comment, excerpt } = notice
      const subject = comment === undefined ? `post:${post}` : `comment:${comment}`
      return { ...bare, from, subject, post, comment, body: beginningOf(excerpt) }
    }
    case 'like': {
      const { from, post, excerpt } = notice
      return { ...bare, from, subject: subjectOf(notice), isMerged: true, post, body: beginningOf(excerpt) }
    }
    case 'follow':
      return { ...bare, from: notice.from, subject: subjectOf(notice), isMerged: true, body: '' }
    case 'invitation': {
      const { from, room, name } = notice
      return { ...bare, from, subject: subjectOf(notice), isMerged: true, room, body: beginningOf(name) }
    }
    case 'room_closed': {
      const { room, name } = notice
      return { ...bare, from: undefined, subject: `room:${room}`, room, body: beginningOf(name) }
    }
    default:
      return notice satisfies never
  }
}

/** Of what can be taken back. */
export function subjectOf(
  what: { type: 'like'; post: PostId } | { type: 'follow' } | { type: 'invitation'; room: RoomId },
): string {
  switch (what.type) {
    case 'like':
      return `post:${what.post}`
    case 'follow':
      return 'me'
    case 'invitation':
      return `room:${what.room}`
    default:
      return what satisfies never
  }
}

function beginningOf(text: string): string {
  const characters = [...text]
  return characters.length <= longestBody ? text : `${characters.slice(0, longestBody - 1).join('')}…`
}
