import { setTimeout } from 'node:timers/promises'
import type { Browser, BrowserContext } from 'playwright-core'
import type { Closing, MyRoom, Page, Post, Room } from '../src/api/types.ts'
import type { Things, View } from './views.ts'

type Who = NonNullable<View['who']>

/** A stack with the demo data that can be looked at: who is signed in how, and what there is. */
export interface House {
  address: string
  things: Things
  /** Cookies of somebody's browser. */
  states: Readonly<Record<Who, Awaited<ReturnType<BrowserContext['storageState']>>>>
}

const patienceMs = 60_000

/** Signs the demo people in and waits until what they have made is whole: pictures rendered, the closed room's receipt written. */
export async function enterHouse(browser: Browser, address: string): Promise<House> {
  const states = {
    alice: await stateOf(browser, address, 'alice'),
    bob: await stateOf(browser, address, 'bob'),
    admin: await stateOf(browser, address, 'admin'),
  }
  const context = await browser.newContext({ baseURL: address, storageState: states.alice })
  try {
    const ask = async <Answer>(path: string): Promise<Answer> => (await context.request.get(path)).json()
    return { address, states, things: await thingsOf(ask) }
  } finally {
    await context.close()
  }
}

async function stateOf(browser: Browser, address: string, username: Who): Promise<House['states'][Who]> {
  const context = await browser.newContext({ baseURL: address })
  try {
    const data = { username, password: `madang-demo-${username}` }
    const answer = await context.request.post('/v1/sessions', { data, headers: { origin: address } })
    if (!answer.ok()) throw new Error(`${username} is not let in at ${address}: ${await answer.text()}`)
    const { expiresInSeconds }: { expiresInSeconds: number } = await answer.json()
    return { ...(await context.storageState()), origins: [noteOf(address, expiresInSeconds)] }
  } finally {
    await context.close()
  }
}

/** What the client itself notes when it signs in (`session-keeper`): without it, it asks nobody who is here. */
function noteOf(origin: string, expiresInSeconds: number) {
  const keptAt = Date.now()
  const value = JSON.stringify({ keptAt, expiresAt: keptAt + expiresInSeconds * 1000 })
  return { origin, localStorage: [{ name: 'madang-session', value }] }
}

async function thingsOf(ask: <Answer>(path: string) => Promise<Answer>): Promise<Things> {
  const post = await until('pictures that are ready', async () => {
    const { items } = await ask<Page<Post>>('/v1/timeline?feed=all')
    const shown = items.filter(({ pictures }) => pictures.length > 0)
    const isReady = shown.every(({ pictures }) => pictures.every(({ state }) => state === 'ready'))
    return isReady ? shown.find(({ pictures }) => pictures.length > 1)?.id : undefined
  })
  const { items: open } = await ask<Page<Room>>('/v1/rooms?kind=hosted')
  const room = open.find(({ topic }) => topic.includes('TypeScript'))?.id
  const closedRoom = await until('a closed room with its receipt', async () => {
    const { items } = await ask<Page<MyRoom>>('/v1/me/rooms?state=closed')
    const [closed] = items
    if (closed === undefined) return undefined
    const { state } = await ask<Closing>(`/v1/rooms/${closed.id}/closing`)
    return state === 'sealed' ? closed.id : undefined
  })
  if (room === undefined) throw new Error('the demo data have no open room')
  return { post, room, closedRoom }
}

async function until<Found>(what: string, look: () => Promise<Found | undefined>): Promise<Found> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (performance.now() > deadline) throw new Error(`the demo data have no ${what} after ${patienceMs / 1000} s`)
    await setTimeout(200)
  }
}
