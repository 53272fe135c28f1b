import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Like } from '../history/line.ts'
import type { Chance } from '../chance.ts'
import type { Asked } from './complaints.ts'
import type { Attendant, Crowd } from './crowd.ts'
import { endingOf } from './door.ts'
import type { Ask, Reply } from './door.ts'
import type { Begun } from './notes.ts'
import { isWorthRepeating } from './outcome.ts'
import { backoffMs, pause, until } from './patience.ts'
import type { Person } from './person.ts'
import { pictureForm } from './pictures.ts'
import type { Run } from './run.ts'
import { Reader } from './stream.ts'
import { somethingToSay } from './texts.ts'

/** What was uploaded. */
interface Picture {
  id: string
  owner: Person
}

const picture = z.object({ state: z.string() })
const made = z.object({ id: z.string() })
/** Times a second for each message a second, at least and at most. */
const share = 0.06
const [fewestPerSecond, mostPerSecond] = [2, 15]
const weights = { post: 4, comment: 4, likes: 1, upload: 1.5 } as const
const mostPosts = 60
const standardFans = 20
const readersShare = 0.2

/** What happens beside the rooms: posts, comments, likes of many at once, pictures, and people who listen to the stream. */
export class Timeline {
  readonly #run: Run
  readonly #people: readonly Attendant[]
  readonly #chance: Chance
  readonly #readers: readonly Reader[]
  /** The newest, to comment and to like. */
  readonly #posts: string[] = []
  /** Pictures that are part of nothing yet. */
  readonly #unused: Picture[] = []
  /** The latest that are part of a post. */
  readonly #shown: Picture[] = []

  constructor(run: Run, crowd: Crowd) {
    this.#run = run
    this.#people = crowd.people
    this.#chance = run.chance.fork('timeline')
    const count = Math.max(2, Math.round(crowd.people.length * readersShare))
    const listening = this.#chance.some(crowd.people, count)
    this.#readers = listening.map(({ person }, index) => new Reader(run, person, `${person.username}~stream${index}`))
    void this.#live()
  }

  /** One last post behind all that happens to the others, and until every reader has been told of it, at most until the deadline. */
  async settle(deadline: number): Promise<void> {
    const { over, tasks } = this.#run
    await this.#untilRendered(deadline)
    let last: string | undefined
    const author = this.#people[0]?.person
    if (author !== undefined) void tasks.add(this.#post(author, this.#chance).then((id) => (last = id)))
    const isKnown = await until(() => over.aborted || last !== undefined, deadline)
    if (isKnown && last !== undefined) await this.#settleReaders(last, deadline)
    for (const reader of this.#readers) reader.close()
  }

  /** A post says so when its pictures are ready: that comes by itself, and must not come last. */
  async #untilRendered(deadline: number): Promise<void> {
    for (const { id, owner } of this.#shown) {
      while (performance.now() < deadline && !this.#run.over.aborted) {
        const reply = await owner.ask({ method: 'GET', path: `/v1/media/${id}` })
        const state = reply.type === 'answered' ? picture.safeParse(reply.body).data?.state : undefined
        if (state === 'ready' || state === 'failed') break
        await pause(100, this.#run.over)
      }
    }
  }

  async #settleReaders(last: string, deadline: number): Promise<void> {
    await Promise.all(this.#readers.map((reader) => reader.settle(last, deadline)))
  }

  async #live(): Promise<void> {
    const { ending, options, tasks } = this.#run
    const perSecond = Math.min(mostPerSecond, Math.max(fewestPerSecond, options.messagesPerSecond * share))
    while (!ending.aborted) {
      await pause(this.#chance.waitMs(perSecond), ending)
      const own = this.#chance.fork(String(this.#chance.next()))
      if (!ending.aborted && !tasks.isFull) void tasks.add(this.#perform(own))
    }
  }

  #perform(chance: Chance): Promise<unknown> {
    const { person } = this.#people[chance.whole(0, this.#people.length - 1)] ?? {}
    if (person === undefined) return Promise.resolve()
    const what = chance.weighed(weights)
    switch (what) {
      case 'post':
        return this.#post(person, chance)
      case 'comment':
        return this.#comment(person, chance)
      case 'likes':
        return this.#likes(chance)
      case 'upload':
        return this.#upload(person, chance)
      default:
        return what satisfies never
    }
  }

  async #post(person: Person, chance: Chance): Promise<string | undefined> {
    const text = somethingToSay(chance)
    const shown = chance.is(0.3) ? this.#unusedOf(person) : undefined
    const body = { text, ...(shown === undefined ? {} : { pictures: [{ media: shown.id }] }) }
    const call = { what: 'post' as const, ...keyed(person), text }
    const id = await this.#create(person, call, { method: 'POST', path: '/v1/posts', body })
    if (id !== undefined) this.#posts.push(id)
    if (shown !== undefined) this.#shown.push(shown)
    if (this.#posts.length > 2 * mostPosts) this.#posts.splice(0, mostPosts)
    if (this.#shown.length > 2 * mostPosts) this.#shown.splice(0, mostPosts)
    return id
  }

  async #comment(person: Person, chance: Chance): Promise<void> {
    const post = this.#somePost(chance)
    if (post === undefined) return
    const text = [...somethingToSay(chance)].slice(0, 500).join('').trim()
    const call = { what: 'comment' as const, ...keyed(person), text, post }
    await this.#create(person, call, { method: 'POST', path: `/v1/posts/${post}/comments`, body: { text } })
  }

  async #upload(person: Person, chance: Chance): Promise<void> {
    const form = await pictureForm(chance)
    const call = { what: 'upload' as const, ...keyed(person) }
    const id = await this.#create(person, call, { method: 'POST', path: '/v1/media', form })
    if (id !== undefined) this.#unused.push({ id, owner: person })
    if (this.#unused.length > mostPosts) this.#unused.shift()
  }

  /** Many at once, who change their minds. */
  async #likes(chance: Chance): Promise<void> {
    const post = this.#somePost(chance)
    if (post === undefined) return
    const fans = chance.some(this.#people, this.#run.options.mostFans ?? standardFans)
    await Promise.all(fans.map(({ person }) => this.#like(person, post, chance.is(0.6) ? 'like' : 'unlike')))
  }

  async #like(person: Person, post: string, what: Like['what']): Promise<void> {
    const ask: Ask = { method: what === 'like' ? 'PUT' : 'DELETE', path: `/v1/posts/${post}/like` }
    await this.#untilKnown(person, { what, ...callOf(person), post }, ask, 'like')
  }

  /** Answers the id of what was made. */
  async #create(person: Person, call: Keyed, ask: Ask): Promise<string | undefined> {
    const headers = { 'idempotency-key': call.key }
    const reply = await this.#untilKnown(person, call, { ...ask, headers }, call.what)
    return idIn(reply)
  }

  /** Each try is a line of its own, at another door, under the same key. */
  async #untilKnown(person: Person, call: Begun, ask: Ask, asked: Asked): Promise<Reply | undefined> {
    const { over, notes, complaints } = this.#run
    for (let tries = 0; !over.aborted; tries += 1) {
      const door = person.doors[tries % person.doors.length] ?? person.doors[0]
      const ended = notes.begin({ ...call, client: `${person.username}@${door.name}` })
      const reply = await person.ask(ask, door)
      const ending = endingOf(reply)
      const id = 'key' in call && ending.outcome === 'ok' ? idIn(reply) : undefined
      ended(ending, id === undefined ? {} : { id })
      complaints.hear(ending, asked)
      if (!isWorthRepeating(ending)) return reply
      await pause(ending.retryMs ?? backoffMs(tries), over)
    }
    return undefined
  }

  #somePost(chance: Chance): string | undefined {
    return this.#posts[chance.whole(0, this.#posts.length - 1)]
  }

  #unusedOf(person: Person): Picture | undefined {
    const index = this.#unused.findIndex(({ owner }) => owner === person)
    return index === -1 ? undefined : this.#unused.splice(index, 1)[0]
  }
}

type Keyed = Extract<Begun, { key: string }>

const callOf = ({ username }: Person): { client: string; by: string } => ({ client: username, by: username })
const keyed = (person: Person): { client: string; by: string; key: string } => ({
  ...callOf(person),
  key: randomUUID(),
})

function idIn(reply: Reply | undefined): string | undefined {
  return reply?.type === 'answered' && reply.status < 400 ? made.safeParse(reply.body).data?.id : undefined
}
