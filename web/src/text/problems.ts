import { ApiProblem } from '../api/problem.ts'
import type { Trouble } from '../api/problem.ts'
import { counted, formatsOf } from './formats.ts'
import { language } from './language.ts'
import type { Language } from './language.ts'

/** What went wrong, for people: one sentence, and where it helps what to do. Whoever knows more of the moment says it better. */
export const problems: Readonly<Record<Language, Readonly<Record<Trouble, string>>>> = {
  en: {
    offline: 'Madang cannot be reached. Please check the connection.',
    not_signed_in: 'Please sign in first.',
    session_expired: 'You have been signed out. Please sign in again.',
    bad_credentials: 'The username or the password is wrong.',
    forbidden: 'You may not do that here.',
    muted: 'Only those who were given the word can speak here now.',
    not_member: 'Join this room first.',
    not_found: 'This is not here, or not here any more.',
    method_not_allowed: 'Madang does not know how to do that.',
    conflict: 'Something has changed meanwhile. Please look again.',
    username_taken: 'Somebody already has this username.',
    room_closed: 'This room is closed.',
    room_full: 'Every seat in this room is taken.',
    storage_full: 'There is no space left for your pictures. Remove some first.',
    not_ready: 'This is not ready yet. Please try again in a moment.',
    key_in_use: 'This is being done already. One moment.',
    cursor_expired: 'This list is too old to go on. Please reload it.',
    body_too_large: 'This is too large to send.',
    frame_too_large: 'This message is too long.',
    upgrade_required: 'The live connection did not open. Please reload the page.',
    unsupported_media_type: 'This kind of file cannot be sent.',
    unsupported_picture: 'This kind of picture is not supported.',
    malformed: 'Madang did not understand the request. Please reload the page.',
    bad_input: 'Something here is not right yet. Please check what you wrote.',
    bad_id: 'The message could not be sent. Please write it again.',
    unsupported: 'Madang cannot do that yet.',
    key_reused: 'This was sent before, but not the same. Please reload the page.',
    broken_picture: 'This picture cannot be opened. The file may be damaged.',
    picture_too_large: 'This picture has too many pixels.',
    rate_limited: 'That was very quick. Please wait a little.',
    buffer_full: 'The room cannot take more messages right now. Please try again soon.',
    unavailable: 'Madang is not available for a moment. Please try again soon.',
    timeout: 'That took too long. Please check whether it was done, and try again.',
    internal: 'Something went wrong on our side. Please try again.',
  },
  ko: {
    offline: '마당에 연결할 수 없어요. 인터넷 연결을 확인해 주세요.',
    not_signed_in: '먼저 로그인해 주세요.',
    session_expired: '로그아웃되었어요. 다시 로그인해 주세요.',
    bad_credentials: '아이디 또는 비밀번호가 맞지 않아요.',
    forbidden: '여기서는 할 수 없는 일이에요.',
    muted: '지금은 발언권이 있는 분만 말할 수 있어요.',
    not_member: '먼저 방에 들어와 주세요.',
    not_found: '찾을 수 없어요. 사라졌을 수도 있어요.',
    method_not_allowed: '마당에서 할 수 없는 일이에요.',
    conflict: '그사이에 달라진 것이 있어요. 다시 확인해 주세요.',
    username_taken: '이미 쓰고 있는 아이디예요.',
    room_closed: '닫힌 방이에요.',
    room_full: '방에 빈자리가 없어요.',
    storage_full: '사진을 더 올릴 공간이 없어요. 지난 사진을 지워 주세요.',
    not_ready: '아직 준비 중이에요. 잠시 후 다시 시도해 주세요.',
    key_in_use: '이미 처리하고 있어요. 잠시만 기다려 주세요.',
    cursor_expired: '목록이 오래되었어요. 새로 불러와 주세요.',
    body_too_large: '너무 커서 보낼 수 없어요.',
    frame_too_large: '메시지가 너무 길어요.',
    upgrade_required: '실시간 연결이 열리지 않았어요. 페이지를 새로 고쳐 주세요.',
    unsupported_media_type: '보낼 수 없는 형식의 파일이에요.',
    unsupported_picture: '지원하지 않는 사진 형식이에요.',
    malformed: '요청을 이해하지 못했어요. 페이지를 새로 고쳐 주세요.',
    bad_input: '고칠 부분이 있어요. 쓴 내용을 확인해 주세요.',
    bad_id: '메시지를 보내지 못했어요. 다시 써 주세요.',
    unsupported: '아직 할 수 없는 일이에요.',
    key_reused: '이미 다른 내용으로 보냈어요. 페이지를 새로 고쳐 주세요.',
    broken_picture: '사진을 열 수 없어요. 파일이 손상되었을 수 있어요.',
    picture_too_large: '사진의 화소가 너무 많아요.',
    rate_limited: '너무 빨라요. 잠시 쉬었다가 다시 해 주세요.',
    buffer_full: '지금은 방에 메시지를 더 보낼 수 없어요. 곧 다시 시도해 주세요.',
    unavailable: '잠시 마당을 이용할 수 없어요. 곧 다시 시도해 주세요.',
    timeout: '시간이 너무 오래 걸렸어요. 처리되었는지 확인하고 다시 시도해 주세요.',
    internal: '저희 쪽에 문제가 생겼어요. 다시 시도해 주세요.',
  },
}

/** What to tell of something that was thrown; what is no answer of the API is our own mistake. */
export function problemText(problem: unknown): string {
  const words = problems[language.value]
  if (!(problem instanceof ApiProblem)) return words.internal
  const said = words[problem.code]
  const { retryAfter } = problem
  return problem.code === 'rate_limited' && retryAfter !== undefined ? `${said} (${waitText(retryAfter)})` : said
}

/** How long to wait before the next try: `12 seconds`, `3분`. */
export function waitText(seconds: number): string {
  const isShort = seconds < 90
  const count = isShort ? Math.max(1, Math.ceil(seconds)) : Math.ceil(seconds / 60)
  if (language.value === 'ko') return `${formatsOf('ko').number(count)}${isShort ? '초' : '분'}`
  return isShort ? counted(count, 'second', 'seconds') : counted(count, 'minute', 'minutes')
}
