import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { SignedIn } from './members.ts'
import type { Site } from './site.ts'

const opened = z.object({ id: z.string() })

/** A room as a mentor opens it, with everybody in a seat: through the doors of the product. Answers with its id. */
export async function openRoom(site: Site, mentor: SignedIn, members: readonly SignedIn[]): Promise<string> {
  const body = { name: 'bench', topic: 'a measure', seats: Math.max(1, members.length) }
  const { id } = opened.parse(await ask(site, mentor, 'POST', '/v1/rooms', body))
  const waiting = members.filter((member) => member !== mentor)
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let member = waiting.pop(); member !== undefined; member = waiting.pop()) {
        await ask(site, member, 'PUT', `/v1/rooms/${id}/members/me`)
      }
    }),
  )
  return id
}

/** Resolves when the fence is up. */
export async function closeRoom(site: Site, mentor: SignedIn, room: string): Promise<void> {
  await ask(site, mentor, 'POST', `/v1/rooms/${room}/close`)
}

/** At a server itself: Nginx allows one address only so many requests a second. */
async function ask(site: Site, who: SignedIn, method: string, path: string, body?: object): Promise<unknown> {
  const json = body === undefined ? {} : { 'content-type': 'application/json', 'idempotency-key': randomUUID() }
  const response = await fetch(new URL(path, site.servers[0]), {
    method,
    headers: { authorization: `Bearer ${await who.token()}`, ...json },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}
