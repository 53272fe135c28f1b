import type { ExecutionContext } from 'ava'
import { randomUUIDv7 } from 'node:crypto'
import type { z } from 'zod'
import { createApp } from '../../src/app.ts'
import { answers, pushes } from '../../src/chat/server-frames.ts'
import { describeApi } from '../../src/platform/http/openapi/document.ts'
import type { Route } from '../../src/platform/http/route.ts'
import { call } from '../accounts/client.ts'
import type { Reply } from '../accounts/client.ts'
import { TestSocket } from '../platform/ws/test-socket.ts'
import type { Frame } from '../platform/ws/test-socket.ts'
import { holdToDocument } from '../support/held.ts'
import type { World } from '../support/world.ts'

/** One web server of Madang inside the test's process. */
export interface House {
  origin: string
  routes: readonly Route[]
  stop(): Promise<void>
}

const generous = {
  SIGN_UP_PER_HOUR: 100_000,
  SIGN_IN_PER_MINUTE: 100_000,
  REQUESTS_PER_MINUTE: 1_000_000,
  ROOM_CHANGES_PER_MINUTE: 100_000,
  FRAMES_PER_SECOND: 10_000,
  FRAMES_BURST: 10_000,
  MESSAGES_PER_SECOND: 10_000,
  PRESENCE_PUSH_MS: 20,
}

let houses = 0

export async function openHouse(world: World, changes: Record<string, string | number> = {}): Promise<House> {
  houses += 1
  const names = { PORT: 0, SERVER_NAME: `house-${houses}` }
  const config = world.configWith({ ...generous, ...names, ...changes })
  const app = await createApp(config, world.log, { isAnswerChecked: true })
  const { port } = await app.start()
  const origin = `http://127.0.0.1:${port}`
  holdToDocument([origin], () => describeApi(app.routes, { accessCookie: 'madang-access' }))
  let stopped: Promise<void> | undefined
  const stop = (): Promise<void> => (stopped ??= app.stop())
  world.atEnd(stop)
  return { origin, routes: app.routes, stop }
}

/** Somebody with an account. */
export class Neighbour {
  readonly username: string
  readonly account: number
  readonly token: string

  private constructor(who: { username: string; account: number; token: string }) {
    this.username = who.username
    this.account = who.account
    this.token = who.token
  }

  static async moveIn(world: World, house: House, name: string, role = 'member'): Promise<Neighbour> {
    const username = `${name}_${randomUUIDv7().slice(-8)}`
    const body = { username, password: 'correct horse battery', tokens: 'body' }
    const reply = await call(house.origin, 'POST /v1/accounts', { body })
    const token = String(reply.body['accessToken'])
    const me = await call(house.origin, 'GET /v1/me', { token })
    const account = Number(me.body['id'])
    if (role !== 'member') await world.sql('accounts').where({ id: account }).update({ role })
    return new Neighbour({ username, account, token })
  }

  ask(house: House, request: string, body?: unknown): Promise<Reply> {
    return call(house.origin, request, { token: this.token, ...(body === undefined ? {} : { body }) })
  }

  async opens(house: House, room: Record<string, unknown> = {}): Promise<string> {
    const reply = await this.ask(house, 'POST /v1/rooms', { name: '장독대', topic: '', seats: 10, ...room })
    if (reply.status !== 201) throw new Error(JSON.stringify(reply.body))
    return String(reply.body['id'])
  }

  async joins(house: House, room: string): Promise<void> {
    const reply = await this.ask(house, `PUT /v1/rooms/${room}/members/me`)
    if (reply.status !== 200) throw new Error(JSON.stringify(reply.body))
  }

  /** A socket that has heard hello. */
  async calls(t: ExecutionContext, house: House): Promise<TestSocket> {
    const url = house.origin.replace('http', 'ws')
    const headers = { authorization: `Bearer ${this.token}` }
    const socket = await TestSocket.open(`${url}/v1/socket`, { headers })
    t.teardown(() => {
      socket.ws.terminate()
      holdToProtocol(socket.frames)
    })
    await socket.hears('hello', (frame) => frame.type === 'hello')
    return socket
  }

  /** A socket that listens to a room. */
  async listens(t: ExecutionContext, house: House, room: string, after: object = {}): Promise<TestSocket> {
    const socket = await this.calls(t, house)
    const answer = await socket.ask({ type: 'subscribe', room, ...after })
    if (answer.type !== 'subscribed') throw new Error(JSON.stringify(answer))
    return socket
  }
}

const frameSchemas: Readonly<Record<string, z.ZodType>> = { ...answers, ...pushes }

/** Every frame that any test has heard is one that the protocol describes. */
function holdToProtocol(frames: readonly Frame[]): void {
  for (const frame of frames) {
    const schema = frameSchemas[frame.type]
    if (schema === undefined) throw new Error(`the protocol knows no ${frame.type}`)
    schema.parse(frame)
  }
}

export function line(room: string, body: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { type: 'send', room, id: randomUUIDv7(), body, ...more }
}

export const placeOf = (frame: Frame): string => `${String(frame['epoch'])}:${String(frame['seq'])}`

export function entriesOf(socket: TestSocket): Frame[] {
  return socket.ofType('entry')
}

export function bodiesOf(socket: TestSocket): string[] {
  return entriesOf(socket)
    .filter((frame) => frame['kind'] === 'text')
    .map((frame) => (frame['content'] as { body: string }).body)
}

export function hearsLine(socket: TestSocket, body: string): Promise<Frame> {
  return socket.hears(body, (frame) => (frame['content'] as { body?: string } | null | undefined)?.body === body)
}
