import { setTimeout } from 'node:timers/promises'
import type { Browser, BrowserContext } from 'playwright-core'
import type { Closing, MyRoom, Page, Post, Room } from '../src/api/types.ts'
import { signedInState } from './signed-in.ts'
import type { State } from './signed-in.ts'
import { makeTrouble } from './trouble.ts'
import type { Backing } from './trouble.ts'
import type { Things, View } from './view.ts'

type Who = NonNullable<View['who']>

/** A stack with the demo data that can be looked at: who is signed in how, and what there is. */
export interface House {
  address: string
  things: Things
  states: Readonly<Record<Who, State>>
}

const patienceMs = 60_000

/**
 * Signs the demo people in and waits until what they have made is whole: pictures rendered, the closed room's receipt written. Then there is
 * trouble for the admin to look at.
 */
export async function enterHouse(
  browser: Browser,
  { address, ...backing }: Backing & { address: string },
): Promise<House> {
  const stateOf = (username: Who): Promise<State> =>
    signedInState(browser, address, { username, password: `madang-demo-${username}` })
  const states = {
    ...{ alice: await stateOf('alice'), bob: await stateOf('bob') },
    ...{ carol: await stateOf('carol'), admin: await stateOf('admin') },
  }
  const [alice, admin] = [
    await browser.newContext({ baseURL: address, storageState: states.alice }),
    await browser.newContext({ baseURL: address, storageState: states.admin }),
  ]
  try {
    const ask = async <Answer>(path: string): Promise<Answer> => (await alice.request.get(path)).json()
    const things = await thingsOf(ask)
    const damagedRoom = await makeTrouble(backing, { address, alice: alice.request, admin: admin.request })
    return { address, states, things: { ...things, damagedRoom, emptyRoom: await openRoom(alice, address) } }
  } finally {
    await alice.close()
    await admin.close()
  }
}

async function thingsOf(
  ask: <Answer>(path: string) => Promise<Answer>,
): Promise<Omit<Things, 'damagedRoom' | 'emptyRoom'>> {
  const post = await until('pictures that are ready', async () => {
    const { items } = await ask<Page<Post>>('/v1/timeline?feed=all')
    const shown = items.filter(({ pictures }) => pictures.length > 0)
    const isReady = shown.every(({ pictures }) => pictures.every(({ state }) => state === 'ready'))
    return isReady ? shown.find(({ pictures }) => pictures.length > 1)?.id : undefined
  })
  const { items: open } = await ask<Page<Room>>('/v1/rooms?kind=hosted')
  const roomOf = (topic: string): string => {
    const found = open.find((one) => one.topic.includes(topic))
    if (found === undefined) throw new Error(`the demo data have no open room about ${topic}`)
    return found.id
  }
  const closedRoom = await until('a closed room with its receipt', async () => {
    const { items } = await ask<Page<MyRoom>>('/v1/me/rooms?state=closed')
    const [closed] = items
    if (closed === undefined) return undefined
    const { state } = await ask<Closing>(`/v1/rooms/${closed.id}/closing`)
    return state === 'sealed' ? closed.id : undefined
  })
  return { post, room: roomOf('TypeScript'), strangeRoom: roomOf('걷고'), closedRoom }
}

/** Nobody has said anything in it. */
async function openRoom({ request }: BrowserContext, address: string): Promise<string> {
  const data = { name: '아침 산책', topic: '', seats: 8 }
  const answer = await request.post('/v1/rooms', { data, headers: { origin: address } })
  if (!answer.ok()) throw new Error(`a room was answered ${answer.status()}: ${await answer.text()}`)
  const { id }: Room = await answer.json()
  return id
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
