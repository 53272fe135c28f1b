import type { Account, Act } from '../api/types.ts'
import { texts } from '../text/index.ts'

type Action = Act['action']
type Role = Account['role']

/** What a sentence is made of; names are as they are shown. */
export interface ActWords {
  person: string
  room: string
  /** What else it was done to, such as the number of a post. */
  subject: string
  facts: Act['facts']
}

const rolesInEnglish: Readonly<Record<string, string>> = {
  member: 'a member',
  mentor: 'a mentor',
  admin: 'an admin',
} satisfies Record<Role, string>
const rolesInKorean: Readonly<Record<string, string>> = {
  member: '회원',
  mentor: '멘토',
  admin: '관리자',
} satisfies Record<Role, string>
const settingsInEnglish: Readonly<Record<string, string>> = {
  name: 'name',
  topic: 'topic',
  seats: 'seats',
  entry: 'who may come in',
  speak: 'who may speak',
  slowModeSeconds: 'slow mode',
}
const settingsInKorean: Readonly<Record<string, string>> = {
  name: '이름',
  topic: '주제',
  seats: '자리',
  entry: '들어올 수 있는 사람',
  speak: '말할 수 있는 사람',
  slowModeSeconds: '느린 모드',
}

const named = (names: Readonly<Record<string, string>>, keys: unknown): string =>
  String(keys)
    .split(',')
    .map((key) => names[key] ?? key)
    .join(', ')

export const text = texts({
  en: {
    intro: 'What was done by the power of a role to what belongs to others. Nothing here is changed afterwards.',
    action: 'What',
    all: 'Everything',
    actions: {
      'role.granted': 'Role granted',
      'password.ticket_given': 'Link for a new password',
      'password.ticket_used': 'New password by a link',
      'member.kicked': 'Put out of a room',
      'member.banned': 'Banned',
      'member.unbanned': 'Ban lifted',
      'room.changed': 'Room changed',
      'room.closed': 'Room closed',
      'post.deleted': 'Post deleted',
      'comment.deleted': 'Comment deleted',
      'closing.retried': 'Closing retried',
      'closing.accepted': 'Quarantine accepted',
      'job.retried': 'Job retried',
      'files.given_up': 'Files given up',
    } satisfies Record<Action, string>,
    narrow: 'Narrow down',
    doneBy: 'Done by',
    person: 'Concerns',
    usernameHint: 'A whole username',
    from: 'From',
    to: 'Up to',
    apply: 'Show',
    clear: 'Clear',
    save: 'Save as a file',
    none: 'Nothing is on record yet',
    noneSo: 'Nothing on record is like this',
    nobody: 'Nobody has this username.',
    actor: (name: string) => name,
    noActor: { api: 'Somebody', command: 'The command line', seed: 'The demo data' } satisfies Record<
      Act['via'],
      string
    >,
    whom: (name: string) => name,
    somebody: 'Somebody',
    roomNamed: (name: string) => (name === '' ? 'a room' : `‘${name}’`),
    request: (id: string) => `request ${id}`,
    did: {
      'role.granted': ({ person, facts }: ActWords) =>
        `made ${person} ${rolesInEnglish[String(facts['to'])] ?? String(facts['to'])} (before: ${rolesInEnglish[String(facts['from'])] ?? String(facts['from'])})`,
      'password.ticket_given': ({ person, facts }: ActWords) =>
        `gave ${person} a link for a new password, good for ${String(facts['hours'])} h`,
      'password.ticket_used': () => 'chose a new password by that link',
      'member.kicked': ({ person, room }: ActWords) => `put ${person} out of ${room}`,
      'member.banned': ({ person, room }: ActWords) => `banned ${person} from ${room}`,
      'member.unbanned': ({ person, room }: ActWords) => `lifted the ban of ${person} from ${room}`,
      'room.changed': ({ room, facts }: ActWords) => `changed ${room}: ${named(settingsInEnglish, facts['settings'])}`,
      'room.closed': ({ room }: ActWords) => `closed ${room}`,
      'post.deleted': ({ person, subject }: ActWords) => `deleted post ${subject} of ${person}`,
      'comment.deleted': ({ person, subject }: ActWords) => `deleted comment ${subject} of ${person}`,
      'closing.retried': ({ room }: ActWords) => `tried the closing of ${room} again`,
      'closing.accepted': ({ room, facts }: ActWords) => `let ${room} be quarantined: ${String(facts['note'])}`,
      'job.retried': ({ subject }: ActWords) => `put job ${subject} back to wait`,
      'files.given_up': ({ facts }: ActWords) =>
        `gave up files that are gone: pictures ${String(facts['pictures'])}, transcripts ${String(facts['transcripts'])}`,
    } satisfies Record<Action, (words: ActWords) => string>,
  },
  ko: {
    intro: '역할의 힘으로 다른 사람의 것에 한 일이에요. 여기 적힌 것은 나중에 바뀌지 않아요.',
    action: '무엇을',
    all: '모두',
    actions: {
      'role.granted': '역할 바꿈',
      'password.ticket_given': '새 비밀번호 링크',
      'password.ticket_used': '링크로 비밀번호 바꿈',
      'member.kicked': '방에서 내보냄',
      'member.banned': '차단',
      'member.unbanned': '차단 풀기',
      'room.changed': '방 설정 바꿈',
      'room.closed': '방 닫음',
      'post.deleted': '글 삭제',
      'comment.deleted': '댓글 삭제',
      'closing.retried': '방 닫기 다시 시도',
      'closing.accepted': '격리 그대로 두기',
      'job.retried': '작업 다시 시도',
      'files.given_up': '없어진 파일 포기',
    },
    narrow: '좁혀 보기',
    doneBy: '누가',
    person: '누구에게',
    usernameHint: '아이디 전체',
    from: '이날부터',
    to: '이날까지',
    apply: '보기',
    clear: '지우기',
    save: '파일로 저장',
    none: '아직 기록이 없어요',
    noneSo: '이런 기록은 없어요',
    nobody: '이 아이디를 쓰는 사람이 없어요.',
    actor: (name: string) => `${name}님이`,
    noActor: { api: '누군가', command: '명령줄에서', seed: '예시 데이터가' },
    whom: (name: string) => `${name}님`,
    somebody: '누군가',
    roomNamed: (name: string) => (name === '' ? '어떤 방' : `‘${name}’ 방`),
    request: (id: string) => `요청 ${id}`,
    did: {
      'role.granted': ({ person, facts }: ActWords) =>
        `${person}의 역할을 ${rolesInKorean[String(facts['from'])] ?? String(facts['from'])}에서 ${becomes(String(facts['to']))} 바꿨어요`,
      'password.ticket_given': ({ person, facts }: ActWords) =>
        `${person}에게 ${String(facts['hours'])}시간 동안 쓸 수 있는 새 비밀번호 링크를 주었어요`,
      'password.ticket_used': () => '그 링크로 새 비밀번호를 정했어요',
      'member.kicked': ({ person, room }: ActWords) => `${room}에서 ${person}을 내보냈어요`,
      'member.banned': ({ person, room }: ActWords) => `${room}에서 ${person}을 차단했어요`,
      'member.unbanned': ({ person, room }: ActWords) => `${room}에서 ${person}의 차단을 풀었어요`,
      'room.changed': ({ room, facts }: ActWords) =>
        `${room}의 설정을 바꿨어요: ${named(settingsInKorean, facts['settings'])}`,
      'room.closed': ({ room }: ActWords) => `${room}을 닫았어요`,
      'post.deleted': ({ person, subject }: ActWords) => `${person}의 글 ${subject}번을 삭제했어요`,
      'comment.deleted': ({ person, subject }: ActWords) => `${person}의 댓글 ${subject}번을 삭제했어요`,
      'closing.retried': ({ room }: ActWords) => `${room} 닫기를 다시 시도했어요`,
      'closing.accepted': ({ room, facts }: ActWords) => `${room}을 격리된 채로 두었어요: ${String(facts['note'])}`,
      'job.retried': ({ subject }: ActWords) => `작업 ${subject}을 다시 기다리게 했어요`,
      'files.given_up': ({ facts }: ActWords) =>
        `없어진 파일을 포기했어요: 사진 ${String(facts['pictures'])}개, 방 기록 ${String(facts['transcripts'])}개`,
    },
  },
})

function becomes(role: string): string {
  return { member: '회원으로', mentor: '멘토로', admin: '관리자로' }[role] ?? role
}
