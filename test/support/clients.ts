import { WebSocket } from 'ws'
import { Api } from '../../src/commands/replay/api.ts'
import { ChatClient } from '../../src/commands/replay/client.ts'
import { Person } from '../../src/commands/replay/people.ts'
import { closeRoom, entriesAfter, openRoom, takeSeat } from '../../src/commands/replay/rooms-api.ts'
import type { RoomSession } from '../../src/commands/replay/room-session.ts'
import { within } from '../../src/platform/lifecycle.ts'
import { checkReply } from './held.ts'
import type { Stack } from './stack.ts'
import { patienceMs } from './patience.ts'

export { entriesAfter, finalClosing, papersOf } from '../../src/commands/replay/rooms-api.ts'
export { closeRoom, openRoom, takeSeat }
export type { Person }

/** Somebody with an account, a socket that keeps itself connected, and the rooms they are in. */
export interface Visitor {
  person: Person
  client: ChatClient
  /** Takes a seat and listens from the first entry on. */
  join(room: string): Promise<RoomSession>
}

/** The people of a stack: alice, bob, carol. Each has a network of their own, so that Nginx spreads them over the servers. */
export class Crowd {
  readonly #stack: Stack
  readonly #api: Api
  readonly #visitors: Visitor[] = []
  #networks = 0

  constructor(stack: Stack) {
    this.#stack = stack
    this.#api = new Api({
      address: stack.address,
      patienceMs: 30_000,
      onReply: (call, reply) => checkReply(stack.address, call, reply),
    })
  }

  get api(): Api {
    return this.#api
  }

  async visitor(name: string, role: 'member' | 'mentor' | 'admin' = 'member'): Promise<Visitor> {
    this.#networks += 1
    const from = `127.0.${this.#networks}.1`
    const person = await Person.enter(this.#api, { username: name, password: `${name} has a password` }, from)
    if (role !== 'member') await this.#stack.world.sql('accounts').where({ id: person.id }).update({ role })
    const client = this.clientOf(person)
    const join = async (room: string): Promise<RoomSession> => {
      await takeSeat(person, room)
      client.connect()
      return client.enter(room)
    }
    const visitor = { person, client, join }
    this.#visitors.push(visitor)
    return visitor
  }

  clientOf(person: Person): ChatClient {
    return new ChatClient({
      url: new URL('/v1/socket', this.#stack.address.replace('http', 'ws')),
      from: person.from,
      token: (isExpired) => person.token(isExpired),
      page: (room, after) => entriesAfter(person, room, after),
    })
  }

  async leave(): Promise<void> {
    await Promise.all(this.#visitors.map(({ client }) => client.leave()))
    this.#api.close()
  }
}

type RawFrame = Record<string, unknown> & { type: string }

/** A socket without any rules: says what it is told to say and shows every frame. */
export class RawSocket {
  readonly frames: RawFrame[] = []
  readonly ended: Promise<{ code: number; reason: string }>
  readonly #ws: WebSocket
  readonly #watchers = new Set<() => void>()
  readonly #asked = new Map<unknown, (answer: RawFrame) => void>()
  #lastRef = 0

  private constructor(ws: WebSocket) {
    this.#ws = ws
    ws.on('message', (data) => this.#hear(data.toString()))
    ws.on('error', () => undefined)
    this.ended = new Promise((resolve) => {
      ws.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
    })
  }

  /** Resolves when the server has said hello. `address` is one server's or that of Nginx. */
  static async open(address: string, person: Person): Promise<RawSocket> {
    const url = new URL('/v1/socket', address.replace('http', 'ws'))
    const headers = { authorization: `Bearer ${await person.token(false)}` }
    const socket = new RawSocket(new WebSocket(url, ['madang.v1'], { headers }))
    await Promise.race([socket.frame('hello', () => true), socket.#lost('hello')])
    return socket
  }

  send(frame: Readonly<Record<string, unknown>> | string): void {
    this.#ws.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
  }

  /** Sends a frame and resolves with its one answer, be it an error. Rejects when the socket ends before. */
  ask(frame: Readonly<Record<string, unknown>>, withinMs = patienceMs): Promise<RawFrame> {
    this.#lastRef += 1
    const ref = `r${this.#lastRef}`
    const answer = new Promise<RawFrame>((resolve) => this.#asked.set(ref, resolve))
    this.send({ ...frame, ref })
    const what = `the answer to ${String(frame['type'])}`
    return within(withinMs, what, Promise.race([answer, this.#lost(what)]))
  }

  /** The first frame, heard already or still to come, of which `isIt` is true. */
  frame(what: string, isIt: (frame: RawFrame) => boolean, withinMs = patienceMs): Promise<RawFrame> {
    const { promise, resolve } = Promise.withResolvers<RawFrame>()
    const look = (): void => {
      const found = this.frames.find(isIt)
      if (found !== undefined) resolve(found)
    }
    this.#watchers.add(look)
    look()
    return within(withinMs, what, promise).finally(() => this.#watchers.delete(look))
  }

  close(): void {
    this.#ws.close()
  }

  async #lost(what: string): Promise<never> {
    const { code } = await this.ended
    throw new Error(`the socket ended with ${code} before ${what}`)
  }

  #hear(text: string): void {
    const frame: RawFrame = JSON.parse(text)
    this.frames.push(frame)
    this.#asked.get(frame['ref'])?.(frame)
    this.#asked.delete(frame['ref'])
    for (const look of this.#watchers) look()
  }
}
