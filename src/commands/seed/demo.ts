import { randomUUIDv7 } from 'node:crypto'
import { createAccounts } from '../../accounts/index.ts'
import { createApp } from '../../app.ts'
import type { Config } from '../../config.ts'
import { layFoundation } from '../../foundation.ts'
import { createLog } from '../../platform/log.ts'
import { signInAll } from './demo-callers.ts'
import type { Callers } from './demo-callers.ts'
import { people, posts, rooms } from './demo-content.ts'
import type { DemoPost, DemoRoom } from './demo-content.ts'
import { takePhotographs } from './scenes.ts'
import type { Photographs } from './scenes.ts'

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
  const log = createLog({ level: 'error', service: 'seed' })
  const foundation = await layFoundation(config, log, { waits: false })
  try {
    const accounts = createAccounts({ ...foundation, config, log })
    if ((await accounts.findByUsername('alice')) !== undefined) return false
    for (const { about: _about, ...person } of people) await accounts.create(person)
    return true
  } finally {
    await foundation.lifecycle.close()
  }
}

/** Through the public interface, as people would. */
async function bringToLife(config: Config): Promise<void> {
  // First of all: a process that takes uploads no longer knows how to read a drawing.
  const photographs = await takePhotographs()
  const quiet = createLog({ level: 'error', service: 'seed' })
  const app = await createApp({ ...config, HOST: '127.0.0.1', PORT: 0 }, quiet)
  try {
    const { port } = await app.start()
    const callers = await signInAll(`http://127.0.0.1:${port}`, people)
    for (const { username, about } of people) await callers(username).ask('PATCH', '/v1/me', about)
    for (const name of ['bob', 'carol']) await callers(name).ask('PUT', '/v1/people/alice/follow')
    for (const room of rooms) await converse(callers, room)
    for (const post of posts) await publish(callers, photographs, post)
  } finally {
    await app.stop()
  }
}

async function converse(callers: Callers, { conversation, isClosed, ...room }: DemoRoom): Promise<void> {
  const mentor = callers('alice')
  const { id } = (await mentor.ask('POST', '/v1/rooms', room)) as { id: string }
  const speakers = new Set(conversation.map(([name]) => name))
  for (const name of speakers) if (name !== 'alice') await callers(name).ask('PUT', `/v1/rooms/${id}/members/me`)
  for (const [name, body] of conversation) {
    await callers(name).ask('POST', `/v1/rooms/${id}/messages`, { id: randomUUIDv7(), body })
  }
  // The worker writes its receipt, when there is one.
  if (isClosed === true) await mentor.ask('POST', `/v1/rooms/${id}/close`)
}

async function publish(
  callers: Callers,
  photographs: Photographs,
  { author, comments, likes, pictures = [], ...draft }: DemoPost,
): Promise<void> {
  const taken: { media: string; alt: string }[] = []
  for (const { scene, alt } of pictures) taken.push({ media: await callers(author).upload(photographs[scene]), alt })
  const { id } = (await callers(author).ask('POST', '/v1/posts', { ...draft, pictures: taken })) as { id: string }
  for (const [name, text] of comments) await callers(name).ask('POST', `/v1/posts/${id}/comments`, { text })
  for (const name of likes) await callers(name).ask('PUT', `/v1/posts/${id}/like`)
}
