import type { Notification, Person } from '../api/types.ts'
import type { Language } from '../text/index.ts'
import { isKnown } from './inbox.ts'
import type { Kind } from './inbox.ts'

/** A part of what a notification says: a name stands out, and `strong` is the name of a room. */
export type Part = { type: 'person'; person: Person } | { type: 'strong' | 'plain'; text: string }

/** What happened, as a sentence of the language. Nothing for kinds that this client does not know. */
export function sentenceOf(notification: Notification, language: Language): Part[] {
  if (!isKnown(notification.type)) return []
  return language === 'ko' ? inKorean(notification, notification.type) : inEnglish(notification, notification.type)
}

/** The same without what stands out in it. */
export function wordsOf(parts: readonly Part[]): string {
  return parts.map((part) => (part.type === 'person' ? part.person.displayName : part.text)).join('')
}

const plain = (text: string): Part => ({ type: 'plain', text })
const strong = (text: string): Part => ({ type: 'strong', text })

/** 님 and 명 both end in a consonant, and 방 does: so the particle is 이 whatever the name. */
function inKorean(notification: Notification, kind: Kind): Part[] {
  const { room } = notification
  switch (kind) {
    case 'comment':
      return [...whoInKorean(notification), plain('이 내 글에 댓글을 남겼어요')]
    case 'like':
      return [...whoInKorean(notification), plain('이 내 글을 좋아해요')]
    case 'mention':
      return [
        ...whoInKorean(notification),
        plain(`이 ${notification.comment === null ? '글' : '댓글'}에서 나를 언급했어요`),
      ]
    case 'follow':
      return [...whoInKorean(notification), plain('이 나를 팔로우해요')]
    case 'invitation':
      return [...whoInKorean(notification), plain('이 '), strong(room?.name ?? ''), plain(' 방에 초대했어요')]
    case 'room_closed':
      return [strong(room?.name ?? ''), plain(' 방이 닫혔어요. 기록과 영수증을 볼 수 있어요')]
    default:
      return kind satisfies never
  }
}

function whoInKorean({ actors }: Notification): Part[] {
  const [first, second] = named(actors.latest)
  const others = actors.count - 1
  if (first === undefined) return [plain(actors.count > 1 ? `${actors.count}명` : '떠난 분')]
  if (others === 0) return [first, plain('님')]
  if (others === 1 && second !== undefined) return [first, plain('님과 '), second, plain('님')]
  return [first, plain(`님 외 ${others}명`)]
}

function inEnglish(notification: Notification, kind: Kind): Part[] {
  const isOne = notification.actors.count <= 1
  const { room } = notification
  switch (kind) {
    case 'comment':
      return [...whoInEnglish(notification), plain(' commented on your post')]
    case 'like':
      return [...whoInEnglish(notification), plain(isOne ? ' likes your post' : ' like your post')]
    case 'mention':
      return [
        ...whoInEnglish(notification),
        plain(` mentioned you in a ${notification.comment === null ? 'post' : 'comment'}`),
      ]
    case 'follow':
      return [...whoInEnglish(notification), plain(isOne ? ' follows you' : ' follow you')]
    case 'invitation':
      return [...whoInEnglish(notification), plain(' invited you to '), strong(room?.name ?? '')]
    case 'room_closed':
      return [strong(room?.name ?? ''), plain(' was closed. Its transcript and receipt are ready')]
    default:
      return kind satisfies never
  }
}

function whoInEnglish({ actors }: Notification): Part[] {
  const [first, second] = named(actors.latest)
  const others = actors.count - 1
  if (first === undefined) return [plain(actors.count > 1 ? `${actors.count} people` : 'Somebody who left')]
  if (others === 0) return [first]
  if (others === 1 && second !== undefined) return [first, plain(' and '), second]
  return [first, plain(others === 1 ? ' and 1 other' : ` and ${others} others`)]
}

/** Somebody who is gone has no name to be told by. */
function named(people: readonly Person[]): Part[] {
  return people.filter(({ username }) => username !== '').map((person) => ({ type: 'person', person }))
}

/** Where it happened. */
export function placeHref(notification: Notification): string | undefined {
  const { type, post, comment, room, actors } = notification
  if (room !== null) return type === 'room_closed' ? `/rooms/${room.id}/receipt` : `/rooms/${room.id}`
  if (post !== null) return comment === null ? `/posts/${post}` : `/posts/${post}#comment-${comment}`
  const [only] = actors.latest
  return only === undefined || only.username === '' ? undefined : `/people/${encodeURIComponent(only.username)}`
}
