import { randomUUIDv7 } from 'node:crypto'
import { Api, Refusal } from '../../src/commands/replay/api.ts'
import { Person } from '../../src/commands/replay/people.ts'
import { RawSocket } from '../../test/support/clients.ts'
import { History, now } from '../history/history.ts'
import type { Close, Like, Line, Outcome, Post, Seat, Send, Sight } from '../history/line.ts'
import { pause } from './patience.ts'
import type { ServerName, Site } from './site.ts'

export type Name = 'alice' | 'bob' | 'mentor'
const names: readonly Name[] = ['alice', 'bob', 'mentor']
const answerMs = 4000
const patienceMs = 15_000

interface Ending {
  outcome: Outcome
  code?: string
}

type Said = { via?: ServerName; id?: string }
type Words = Pick<Send, 'body' | 'target'> & { kind: 'text' | 'edit' | 'delete' }
type Amendment = Words & { kind: 'edit' | 'delete'; target: string }

/** Three people who do what a scenario says, at whichever server, and write down what came of it. */
export class Witness {
  readonly site: Site
  readonly #people: ReadonlyMap<Name, Person>
  readonly #sockets = new Map<string, RawSocket>()
  #history = new History()

  private constructor(site: Site, people: ReadonlyMap<Name, Person>) {
    this.site = site
    this.#people = people
  }

  /** Signs up; the accounts are good for every tree, since all run at the same addresses with the same keys. */
  static async gather(site: Site): Promise<Witness> {
    const api = new Api({ address: site.address('server-1'), patienceMs })
    const people = new Map<Name, Person>()
    for (const username of names) {
      people.set(username, await Person.enter(api, { username, password: `${username} has a password` }))
    }
    await site.world.sql('accounts').where({ username: 'mentor' }).update({ role: 'mentor' })
    return new Witness(site, people)
  }

  get lines(): readonly Line[] {
    return this.#history.lines
  }

  /** Another history begins. */
  begin(): void {
    this.#history = new History()
    for (const socket of this.#sockets.values()) socket.close()
    this.#sockets.clear()
  }

  /** Something is done to the stack. */
  note(name: string, detail: string, mayLose = false): void {
    this.#history.add({ what: 'fault', at: now(), name, detail, mayLose })
  }

  /** A room of the mentor's in which alice and bob have seats. */
  async openRoom(): Promise<string> {
    const room = idIn(await this.#ask('mentor', 'POST', '/v1/rooms', { name: 'proof', topic: '', seats: 9 }))
    await this.join('alice', room)
    await this.join('bob', room)
    return room
  }

  async join(who: Name, room: string): Promise<Ending> {
    return this.#seat('join', who, who, room)
  }

  async kick(who: Name, room: string): Promise<Ending> {
    return this.#seat('kick', 'mentor', who, room)
  }

  /** One attempt over a socket; a repeat is another call with the same id. */
  async say(who: Name, room: string, body: string, said: Said = {}): Promise<Send> {
    return this.#try(who, room, { kind: 'text', body }, said)
  }

  /** One attempt to change or to delete what was said before. */
  async amend(who: Name, room: string, words: Amendment): Promise<Send> {
    return this.#try(who, room, words, {})
  }

  async #try(
    who: Name,
    room: string,
    { kind, body, target }: Words,
    { via = 'server-1', id = randomUUIDv7() }: Said,
  ): Promise<Send> {
    const began = now()
    const of = target === undefined ? {} : { target }
    const call = { what: 'send', kind, client: `${who} at ${via}`, by: who, room, id, body, ...of, began } as const
    const text = kind === 'delete' ? {} : { body }
    const answer = await this.#askSocket(who, via, { type: kind === 'text' ? 'send' : kind, room, id, ...text, ...of })
    const ended = now()
    const isAck = answer?.type === 'ack'
    const place = isAck ? { epoch: Number(answer['epoch']), seq: Number(answer['seq']) } : {}
    const line: Send = {
      ...{ ...call, ended, ...place },
      ...(isAck ? { outcome: 'ok', isDuplicate: answer['duplicate'] === true } : refusalIn(answer)),
    }
    this.#history.add(line)
    return line
  }

  /** As a good client: as often as needed, with one id, until the answer is known. */
  async sayUntilKnown(who: Name, room: string, body: string, said: Said = {}): Promise<Send> {
    const id = said.id ?? randomUUIDv7()
    const deadline = performance.now() + patienceMs
    for (;;) {
      const line = await this.say(who, room, body, { ...said, id })
      const isLater = line.outcome === 'unknown' || line.code === 'buffer_full' || line.code === 'rate_limited'
      if (!isLater || performance.now() > deadline) return line
      await pause(100)
    }
  }

  async close(room: string, via: ServerName = 'server-1'): Promise<Close> {
    const began = now()
    const call = { what: 'close', client: `mentor at ${via}`, by: 'mentor', room, began } as const
    const answer = await this.#call('mentor', 'POST', `/v1/rooms/${room}/close`, undefined, via)
    const lastSeq = numberIn(answer.body, 'lastSeq')
    const epoch = numberIn(answer.body, 'epoch')
    const place = epoch === undefined || lastSeq === undefined ? {} : { epoch, lastSeq }
    const line: Close = { ...call, ended: now(), ...place, ...answer.ending }
    this.#history.add(line)
    return line
  }

  async post(who: Name, text: string, key: string = randomUUIDv7()): Promise<Post> {
    const began = now()
    const call = { what: 'post', client: who, by: who, key, text, began } as const
    const answer = await this.#call(who, 'POST', '/v1/posts', { text }, 'server-1', { 'idempotency-key': key })
    const id = answer.ending.outcome === 'ok' ? { id: idIn(answer.body) } : {}
    const line: Post = { ...call, ended: now(), ...id, ...answer.ending }
    this.#history.add(line)
    return line
  }

  async like(who: Name, post: string, what: Like['what'], via: ServerName = 'server-1'): Promise<void> {
    const began = now()
    const method = what === 'like' ? 'PUT' : 'DELETE'
    const { ending } = await this.#call(who, method, `/v1/posts/${post}/like`, undefined, via)
    this.#history.add({ what, client: who, by: who, post, began, ended: now(), ...ending })
  }

  /** Listens at a server from the first entry on. `stay` waits until the last one was heard, or as long as anybody would. */
  async listen(who: Name, room: string, via: ServerName): Promise<Listener> {
    const session = `${who} at ${via} in ${room}`
    this.#history.add({ what: 'listening', session, at: now(), room, after: '0:0' })
    const socket = await this.#socket(who, via)
    let told = 0
    let last = 0
    let isAtTheEnd = false
    const take = (): void => {
      for (const frame of socket.frames.slice(told)) {
        const sight = sightIn(frame, session)
        if (frame['room'] === room && sight !== undefined) this.#history.add(sight)
        if (sight?.what === 'heard') last = sight.seq
        if (sight?.what === 'ended') isAtTheEnd = true
      }
      told = socket.frames.length
    }
    await socket.ask({ type: 'subscribe', room, epoch: 0, after: 0 })
    take()
    const hasHeardUpTo = (seq: number): boolean => {
      take()
      return last >= seq
    }
    return {
      hasHeardUpTo,
      isAtTheEnd() {
        take()
        return isAtTheEnd
      },
      stay: async (seq) => {
        await this.site.until(() => hasHeardUpTo(seq), stayMs)
        this.#history.add({ what: 'settled', session, at: now(), room })
      },
    }
  }

  leave(): void {
    for (const socket of this.#sockets.values()) socket.close()
  }

  async #seat(what: 'join' | 'kick', by: Name, member: Name, room: string): Promise<Ending> {
    const began = now()
    const path = `/v1/rooms/${room}/members/${what === 'join' ? 'me' : member}`
    const { ending } = await this.#call(by, what === 'join' ? 'PUT' : 'DELETE', path)
    const line: Seat = { what, client: by, by, room, member, began, ended: now(), ...ending }
    this.#history.add(line)
    return ending
  }

  async #ask(who: Name, method: 'POST', path: string, body: unknown): Promise<unknown> {
    const answer = await this.#call(who, method, path, body, 'server-1', { 'idempotency-key': randomUUIDv7() })
    if (answer.ending.outcome !== 'ok') throw new Error(`${path} was answered ${answer.ending.code}`)
    return answer.body
  }

  /** One attempt: whoever repeats it says so in the history. */
  async #call(
    who: Name,
    method: 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
    via: ServerName = 'server-1',
    headers: Record<string, string> = {},
  ): Promise<{ ending: Ending; body: unknown }> {
    const api = new Api({ address: this.site.address(via), patienceMs: 0 })
    try {
      const token = await this.#person(who).token(false)
      const answer = await api.json({ method, path, token, headers, ...(body === undefined ? {} : { body }) })
      return { ending: { outcome: 'ok' }, body: answer }
    } catch (error) {
      if (!(error instanceof Refusal)) return { ending: { outcome: 'unknown', code: String(error) }, body: undefined }
      return { ending: { outcome: error.status >= 500 ? 'unknown' : 'fail', code: error.code }, body: undefined }
    } finally {
      api.close()
    }
  }

  #person(who: Name): Person {
    const person = this.#people.get(who)
    if (person === undefined) throw new Error(`nobody is called ${who}`)
    return person
  }

  async #socket(who: Name, via: ServerName): Promise<RawSocket> {
    const key = `${who} ${via}`
    const known = this.#sockets.get(key)
    if (known !== undefined) return known
    const socket = await RawSocket.open(this.site.address(via), this.#person(who))
    void socket.ended.then(() => this.#forget(key, socket))
    this.#sockets.set(key, socket)
    return socket
  }

  #forget(key: string, socket: RawSocket): boolean {
    return this.#sockets.get(key) === socket && this.#sockets.delete(key)
  }

  async #askSocket(who: Name, via: ServerName, frame: Record<string, unknown>): Promise<Frame | undefined> {
    try {
      const socket = await this.#socket(who, via)
      return await Promise.race([socket.ask(frame, answerMs), socket.ended.then(() => undefined)])
    } catch {
      return undefined
    }
  }
}

const stayMs = 3500

interface Listener {
  hasHeardUpTo(seq: number): boolean
  /** It was told that the room has ended. */
  isAtTheEnd(): boolean
  stay(seq: number): Promise<void>
}

type Frame = Record<string, unknown> & { type: string }

/** Codes after which a sender may not conclude anything. */
const unknownCodes: ReadonlySet<unknown> = new Set(['unavailable', 'timeout', 'internal'])

function refusalIn(answer: Frame | undefined): Ending {
  if (answer === undefined) return { outcome: 'unknown', code: 'no answer' }
  return { outcome: unknownCodes.has(answer['code']) ? 'unknown' : 'fail', code: String(answer['code']) }
}

function sightIn(frame: Frame, session: string): Sight | undefined {
  const seen = { session, at: now(), room: String(frame['room']) }
  switch (frame.type) {
    case 'entry': {
      const { epoch, seq, id, kind, from, content } = frame
      const hasBody = typeof content === 'object' && content !== null && 'body' in content
      return {
        ...{ ...seen, what: 'heard', epoch: Number(epoch), seq: Number(seq), id: String(id), kind: String(kind) },
        from: typeof from === 'string' ? from : null,
        ...(hasBody ? { body: String(content.body) } : {}),
      }
    }
    case 'epoch': {
      const [epoch, seq] = String(frame['keptUpTo']).split(':').map(Number)
      return { ...seen, what: 'epoch', epoch: Number(frame['epoch']), keptUpTo: { epoch: epoch ?? 0, seq: seq ?? 0 } }
    }
    case 'gap':
      return { ...seen, what: 'gap', from: String(frame['from']), to: String(frame['to']), isFilled: false }
    case 'closed':
      return { ...seen, what: 'ended', epoch: Number(frame['epoch']), lastSeq: Number(frame['lastSeq']) }
    default:
      return undefined
  }
}

function idIn(body: unknown): string {
  if (typeof body === 'object' && body !== null && 'id' in body && typeof body.id === 'string') return body.id
  throw new Error('the answer has no id')
}

function numberIn(body: unknown, field: string): number | undefined {
  const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, field) : undefined
  return typeof value === 'number' ? value : undefined
}
