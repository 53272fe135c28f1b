import type { NewPerson } from '../../accounts/index.ts'
import type { SceneName } from './scenes.ts'

/** What an empty installation is filled with, so that there is something to look at. Never for a real site: the passwords are known. */

export const people: (NewPerson & { displayName: string; about: { bio?: string; area?: string } })[] = [
  { username: 'admin', displayName: '관리자', role: 'admin', password: 'madang-demo-admin', about: {} },
  {
    ...{ username: 'alice', displayName: '앨리스', role: 'mentor', password: 'madang-demo-alice' },
    about: { bio: '타입스크립트와 함께 자라는 중. 금요일마다 방을 엽니다.', area: '서울 종로구' },
  },
  {
    ...{ username: 'bob', displayName: 'Bob', role: 'member', password: 'madang-demo-bob' },
    about: { bio: 'Baker in the morning, types in the evening.', area: '서울 마포구' },
  },
  {
    ...{ username: 'carol', displayName: '캐럴', role: 'member', password: 'madang-demo-carol' },
    about: { bio: '마당 있는 집에 살아요.', area: '서울 마포구' },
  },
]

export interface DemoRoom {
  name: string
  topic: string
  seats: number
  conversation: [speaker: string, line: string][]
  isClosed?: boolean
}

/** The mentor of all is alice; who speaks takes a seat. */
export const rooms: DemoRoom[] = [
  {
    ...{ name: '제네릭 첫 시간', topic: '끝난 방 · a room that is over', seats: 12, isClosed: true },
    conversation: [
      ['alice', '오늘은 `Array<T>`에서 시작해요.'],
      ['bob', 'So T is a promise that I make to myself?'],
      ['alice', 'Exactly. 그리고 컴파일러가 지켜 줘요.'],
      ['carol', '이제 알겠어요. 고맙습니다!'],
    ],
  },
  {
    ...{ name: '아침 산책', topic: '걷고 나서 이야기해요', seats: 8 },
    conversation: [
      ['alice', '내일 아침 일곱 시, 낙산공원 입구에서 만나요.'],
      ['carol', '저요! 따뜻한 물 챙겨 갈게요.'],
    ],
  },
  {
    ...{ name: '처음 만나는 타입스크립트', topic: 'TypeScript, 첫걸음부터 · from the first step', seats: 12 },
    conversation: [
      ['alice', '어서 오세요! 오늘은 타입 좁히기를 이야기해 봐요.'],
      ['bob', 'Hello! Is it fine to ask in English?'],
      ['alice', 'Of course 😊 둘 다 좋아요.'],
      ['carol', '`unknown`과 `any`는 뭐가 달라요?'],
      ['alice', '`unknown`은 쓰기 전에 확인해야 하고, `any`는 아무것도 확인하지 않아요.'],
      ['bob', 'So `unknown` is the honest one. 👍'],
    ],
  },
]

export interface DemoPost {
  author: string
  text: string
  area?: string
  pictures?: { scene: SceneName; alt: string }[]
  comments: [name: string, text: string][]
  likes: string[]
}

export const posts: DemoPost[] = [
  {
    author: 'bob',
    text: 'Deleted eleven casts after yesterday’s room. Thank you @alice! #TypeScript',
    comments: [
      ['alice', '열한 개나요? 축하해요 🎉 다음엔 `never`를 이야기해 봐요.'],
      ['carol', '저도 세 개 지웠어요.'],
    ],
    likes: ['alice', 'carol'],
  },
  {
    author: 'carol',
    text: '오늘은 마당에 볕이 참 좋네요. 이불 널기 딱 좋은 날 ☀️ #일상 #마당',
    area: '서울 마포구',
    pictures: [{ scene: 'courtyard', alt: '기와지붕 아래 마당, 빨랫줄에 색색의 이불이 널려 있다' }],
    comments: [['bob', 'Mine are out, too. Smells like spring.']],
    likes: ['alice', 'bob'],
  },
  {
    author: 'carol',
    text: '골목 끝 새 빵집 소금빵 추천합니다. @bob 아침에 가야 남아 있어요! #맛집',
    area: '서울 마포구',
    pictures: [
      { scene: 'bread', alt: '나무 도마 위의 소금빵 네 개' },
      { scene: 'persimmons', alt: '빵집 앞 감나무에 달린 감' },
      { scene: 'dusk', alt: '해 질 녘 동네 지붕들' },
    ],
    comments: [['bob', 'On my way 🏃']],
    likes: ['bob'],
  },
  {
    author: 'alice',
    text: '이번 주 방은 금요일 저녁에 열게요. 궁금한 것을 미리 댓글로 남겨 주세요.\nThe next room is on Friday evening: leave your questions here. #타입스크립트 #TypeScript',
    comments: [
      ['carol', '제네릭은 언제 쓰는 게 좋을까요?'],
      ['bob', 'How do you test types?'],
    ],
    likes: ['bob', 'carol', 'admin'],
  },
]
