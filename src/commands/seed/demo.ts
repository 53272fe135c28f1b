import { randomUUIDv7 } from 'node:crypto'
import { createAccounts } from '../../accounts/index.ts'
import type { NewPerson } from '../../accounts/index.ts'
import { createApp } from '../../app.ts'
import type { Config } from '../../config.ts'
import { layFoundation } from '../../foundation.ts'
import { createLog } from '../../platform/log.ts'

/** People, a room with a first conversation, and some posts for an empty installation. Never for a real site: the passwords are known. */
const people: (NewPerson & { displayName: string })[] = [
  { username: 'admin', displayName: '관리자', role: 'admin', password: 'madang-demo-admin' },
  { username: 'alice', displayName: '앨리스', role: 'mentor', password: 'madang-demo-alice' },
  { username: 'bob', displayName: 'Bob', role: 'member', password: 'madang-demo-bob' },
  { username: 'carol', displayName: '캐럴', role: 'member', password: 'madang-demo-carol' },
]

const room = { name: '처음 만나는 타입스크립트', topic: 'TypeScript, 첫걸음부터 · from the first step', seats: 12 }

const conversation: [speaker: string, line: string][] = [
  ['alice', '어서 오세요! 오늘은 타입 좁히기를 이야기해 봐요.'],
  ['bob', 'Hello! Is it fine to ask in English?'],
  ['alice', 'Of course 😊 둘 다 좋아요.'],
  ['carol', '`unknown`과 `any`는 뭐가 달라요?'],
  ['alice', '`unknown`은 쓰기 전에 확인해야 하고, `any`는 아무것도 확인하지 않아요.'],
  ['bob', 'So `unknown` is the honest one. 👍'],
]

interface DemoPost {
  author: string
  text: string
  area?: string
  comments: [name: string, text: string][]
  likes: string[]
}

const posts: DemoPost[] = [
  {
    author: 'carol',
    text: '오늘은 마당에 볕이 참 좋네요. 이불 널기 딱 좋은 날 ☀️ #일상 #마당',
    area: '서울 마포구',
    comments: [['bob', 'Mine are out, too. Smells like spring.']],
    likes: ['alice', 'bob'],
  },
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
    author: 'alice',
    text: '이번 주 방은 금요일 저녁에 열게요. 궁금한 것을 미리 댓글로 남겨 주세요.\nThe next room is on Friday evening: leave your questions here. #타입스크립트 #TypeScript',
    comments: [
      ['carol', '제네릭은 언제 쓰는 게 좋을까요?'],
      ['bob', 'How do you test types?'],
    ],
    likes: ['bob', 'carol', 'admin'],
  },
  {
    author: 'carol',
    text: '골목 끝 새 빵집 소금빵 추천합니다. @bob 아침에 가야 남아 있어요! #맛집',
    area: '서울 마포구',
    comments: [['bob', 'On my way 🏃']],
    likes: ['bob'],
  },
]

export const demoNames = people.map((person) => person.username)

/** Does nothing where somebody is there already. Answers what to tell who has typed the command. */
export async function seedDemo(config: Config): Promise<string> {
  const isNew = await createPeople(config)
  if (isNew) await bringToLife(config)
  return welcome()
}

function welcome(): string {
  const rows = people.map(({ username, role, password }) => `  ${username.padEnd(8)} ${role.padEnd(8)} ${password}`)
  return ['Demo accounts (username, role, password):', ...rows].join('\n')
}

/** False when somebody is there already. */
async function createPeople(config: Config): Promise<boolean> {
  const log = createLog({ level: 'warn', service: 'seed' })
  const foundation = await layFoundation(config, log)
  try {
    const accounts = createAccounts({ ...foundation, config, log })
    if ((await accounts.findByUsername('alice')) !== undefined) return false
    for (const person of people) await accounts.create(person)
    return true
  } finally {
    await foundation.lifecycle.close()
  }
}

/** Through the public interface, as people would. */
async function bringToLife(config: Config): Promise<void> {
  const quiet = createLog({ level: 'error', service: 'seed' })
  const app = await createApp({ ...config, HOST: '127.0.0.1', PORT: 0 }, quiet)
  try {
    const { port } = await app.start()
    const speakers = new Map<string, Caller>()
    for (const { username, password } of people) {
      speakers.set(username, await signIn(`http://127.0.0.1:${port}`, { username, password }))
    }
    await converse(speakers)
    await post(speakers)
  } finally {
    await app.stop()
  }
}

async function converse(speakers: Map<string, Caller>): Promise<void> {
  const opened = (await callerOf(speakers, 'alice')('POST', '/v1/rooms', room)) as { id: string }
  for (const name of ['bob', 'carol']) await callerOf(speakers, name)('PUT', `/v1/rooms/${opened.id}/members/me`)
  for (const [name, body] of conversation) {
    await callerOf(speakers, name)('POST', `/v1/rooms/${opened.id}/messages`, { id: randomUUIDv7(), body })
  }
}

async function post(speakers: Map<string, Caller>): Promise<void> {
  for (const name of ['bob', 'carol']) await callerOf(speakers, name)('PUT', '/v1/people/alice/follow')
  for (const { author, comments, likes, ...draft } of posts) {
    const { id } = (await callerOf(speakers, author)('POST', '/v1/posts', draft)) as { id: string }
    for (const [name, text] of comments) await callerOf(speakers, name)('POST', `/v1/posts/${id}/comments`, { text })
    for (const name of likes) await callerOf(speakers, name)('PUT', `/v1/posts/${id}/like`)
  }
}

type Caller = (method: string, path: string, body?: unknown) => Promise<unknown>

function callerOf(speakers: Map<string, Caller>, name: string): Caller {
  const caller = speakers.get(name)
  if (caller === undefined) throw new Error(`nobody is called ${name}`)
  return caller
}

async function signIn(origin: string, person: { username: string; password: string }): Promise<Caller> {
  const anonymous = callAs(origin, undefined)
  const answer = (await anonymous('POST', '/v1/sessions', { ...person, tokens: 'body' })) as { accessToken: string }
  return callAs(origin, answer.accessToken)
}

function callAs(origin: string, token: string | undefined): Caller {
  return async (method, path, body) => {
    const response = await fetch(origin + path, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }
}
