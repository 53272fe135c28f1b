import type { Account } from '../api/types.ts'
import { format, texts } from '../text/index.ts'

type Role = Account['role']

export const text = texts({
  en: {
    title: 'Administration',
    parts: { people: 'People', closings: 'Closings', jobs: 'Jobs', audit: 'On record' },
    find: 'Find a person',
    findHint: 'The beginning of a username or a name. Enter opens exactly this username.',
    withRole: 'Show',
    everybody: 'All',
    roles: { member: 'Member', mentor: 'Mentor', admin: 'Admin' } satisfies Record<Role, string>,
    plural: { member: 'Members', mentor: 'Mentors', admin: 'Admins' } satisfies Record<Role, string>,
    may: {
      member: 'Posts, comments, and talks in rooms.',
      mentor: 'Also opens rooms, keeps order in them, and closes them.',
      admin: 'Also grants roles, deletes anything, and looks after closings.',
    } satisfies Record<Role, string>,
    nobodyFound: 'Nobody is called so',
    nobody: 'Nobody has this role',
    changeRole: (name: string) => `Role of ${name}`,
    role: 'Role',
    give: (role: Role) => `Make ${{ member: 'a member', mentor: 'a mentor', admin: 'an admin' }[role]}`,
    sureTitle: (name: string, role: Role) =>
      `Make ${name} ${{ member: 'a member', mentor: 'a mentor', admin: 'an admin' }[role]}?`,
    sureBody: {
      member: 'They lose what their role allowed, with their next request. It is put on record.',
      mentor: 'They may open and close rooms from now on. It is put on record.',
      admin: 'They may do everything that you may, taking your role away included. It is put on record.',
    } satisfies Record<Role, string>,
    sureMyself: 'This is yourself: you will not see these pages any more.',
    given: (name: string, role: Role) =>
      `${name} is ${{ member: 'a member', mentor: 'a mentor', admin: 'an admin' }[role]} now`,
    lastAdmin: 'The last admin stays admin. Make somebody else admin first.',
    history: 'How it came',
    noHistory: 'Never changed.',
    changed: (from: Role, to: Role) =>
      `From ${{ member: 'member', mentor: 'mentor', admin: 'admin' }[from]} to ${{ member: 'member', mentor: 'mentor', admin: 'admin' }[to]}`,
    byNobody: { admin: 'by an admin', command: 'from the command line', seed: 'as demo data' },
    by: (name: string) => `by ${name}`,
    since: (at: string) => `Here since ${format.value.date(at)}`,
    gone: 'Nobody has this username.',
    close: 'Done',
  },
  ko: {
    title: '관리',
    parts: { people: '사람', closings: '방 닫기', jobs: '작업', audit: '기록' },
    find: '사람 찾기',
    findHint: '아이디나 이름의 앞부분을 써 주세요. Enter를 누르면 그 아이디를 바로 열어요.',
    withRole: '보기',
    everybody: '모두',
    roles: { member: '회원', mentor: '멘토', admin: '관리자' },
    plural: { member: '회원', mentor: '멘토', admin: '관리자' },
    may: {
      member: '글과 댓글을 쓰고 방에서 대화해요.',
      mentor: '방을 열고 질서를 지키고 닫을 수도 있어요.',
      admin: '역할을 주고, 무엇이든 지우고, 방 닫기를 돌볼 수도 있어요.',
    },
    nobodyFound: '그런 이름의 사람이 없어요',
    nobody: '이 역할을 가진 사람이 없어요',
    changeRole: (name: string) => `${name}님의 역할`,
    role: '역할',
    give: (role: Role) => `${{ member: '회원으로', mentor: '멘토로', admin: '관리자로' }[role]} 바꾸기`,
    sureTitle: (name: string, role: Role) =>
      `${name}님을 ${{ member: '회원으로', mentor: '멘토로', admin: '관리자로' }[role]} 바꿀까요?`,
    sureBody: {
      member: '지금 역할로 할 수 있던 일을 바로 못 하게 돼요. 기록에 남아요.',
      mentor: '이제 방을 열고 닫을 수 있어요. 기록에 남아요.',
      admin: '나와 똑같은 일을 할 수 있고, 내 역할을 거둘 수도 있어요. 기록에 남아요.',
    },
    sureMyself: '나 자신이에요. 더는 이 화면을 볼 수 없어요.',
    given: (name: string, role: Role) =>
      `${name}님은 이제 ${{ member: '회원이에요', mentor: '멘토예요', admin: '관리자예요' }[role]}`,
    lastAdmin: '마지막 관리자는 관리자로 남아야 해요. 먼저 다른 사람을 관리자로 바꿔 주세요.',
    history: '역할 기록',
    noHistory: '바뀐 적이 없어요.',
    changed: (from: Role, to: Role) =>
      `${{ member: '회원', mentor: '멘토', admin: '관리자' }[from]}에서 ${{ member: '회원으로', mentor: '멘토로', admin: '관리자로' }[to]}`,
    byNobody: { admin: '관리자가', command: '명령줄에서', seed: '예시 데이터로' },
    by: (name: string) => `${name}님이`,
    since: (at: string) => `${format.value.date(at)}부터 함께`,
    gone: '이 아이디를 쓰는 사람이 없어요.',
    close: '닫기',
  },
})
