import { randomUUIDv7 } from 'node:crypto'
import { createAccounts } from '../accounts/index.ts'
import type { NewPerson } from '../accounts/index.ts'
import { createApp } from '../app.ts'
import { loadConfig } from '../config.ts'
import type { Config } from '../config.ts'
import { layFoundation } from '../foundation.ts'
import { createLog } from '../platform/log.ts'
import { leaveWith } from '../platform/start.ts'

/** npm run seed: people, a room and a first conversation for an empty installation. Never for a real site: the passwords are known. */
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

async function main(): Promise<void> {
  const config = loadConfig(process.env)
  const isNew = await createPeople(config)
  if (isNew) await converse(config)
  process.stdout.write(`${welcome()}\n`)
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
async function converse(config: Config): Promise<void> {
  const app = await createApp({ ...config, HOST: '127.0.0.1', PORT: 0 }, createLog({ level: 'error', service: 'seed' }))
  try {
    const { port } = await app.start()
    const speakers = new Map<string, Caller>()
    for (const { username, password } of people) {
      speakers.set(username, await signIn(`http://127.0.0.1:${port}`, { username, password }))
    }
    const opened = (await callerOf(speakers, 'alice')('POST', '/v1/rooms', room)) as { id: string }
    for (const name of ['bob', 'carol']) await callerOf(speakers, name)('PUT', `/v1/rooms/${opened.id}/members/me`)
    for (const [name, body] of conversation) {
      await callerOf(speakers, name)('POST', `/v1/rooms/${opened.id}/messages`, { id: randomUUIDv7(), body })
    }
  } finally {
    await app.stop()
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

try {
  await main()
  process.exit(0)
} catch (error) {
  leaveWith(error)
}
