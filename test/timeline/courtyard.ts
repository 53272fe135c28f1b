import type { TestFn } from 'ava'
import { createServer } from 'node:http'
import { createAccounts } from '../../src/accounts/index.ts'
import { createTelling } from '../../src/live/index.ts'
import { createNotifications } from '../../src/notifications/index.ts'
import { createPeople, hidersOf } from '../../src/people/index.ts'
import { createHttpApp } from '../../src/platform/http/app.ts'
import { createRateLimits } from '../../src/platform/http/rate-limit.ts'
import type { AccountId } from '../../src/platform/ids.ts'
import { createTellRendered, createTimeline } from '../../src/timeline/index.ts'
import type { TellRendered } from '../../src/timeline/index.ts'
import { call, signUp } from '../accounts/client.ts'
import type { Call, Reply } from '../accounts/client.ts'
import { connectTo } from '../support/connections.ts'
import { listening } from '../support/listening.ts'
import { sharedBy } from '../support/shared.ts'
import { worldOf } from '../support/world.ts'
import type { World } from '../support/world.ts'
import { Neighbours } from './stand-ins.ts'

/** A server of accounts, people, inboxes and the timeline, and what the timeline told the rooms beside it. */
export interface Courtyard {
  world: World
  origin: string
  neighbours: Neighbours
  tellRendered: TellRendered
  /** Somebody with a name that nobody has. */
  person(name?: string): Promise<Resident>
}

const silent = { followed: async () => {}, unfollowed: async () => {}, parted: async () => {} }

const generous = {
  RELATIONS_PER_MINUTE: 100_000,
  SIGN_UP_PER_HOUR: 100_000,
  REQUESTS_PER_MINUTE: 1_000_000,
  POSTS_PER_HOUR: 100_000,
  EDITS_PER_HOUR: 100_000,
  LIKES_PER_MINUTE: 100_000,
}

export async function openCourtyard(
  world: World,
  changes: Record<string, string | number> = {},
  neighbours = new Neighbours(),
): Promise<Courtyard> {
  const { sql, log } = world
  const config = world.configWith({ ...generous, COMMENTS_PER_HOUR: 100_000, ...changes })
  const connections = connectTo({ url: config.REDIS_URL, log })
  const { redis, broker } = connections
  const accounts = createAccounts({ sql, redis, broker, config, log })
  const { media } = neighbours
  const transaction = neighbours.overhear(createTelling({ sql, broker, log }))
  const people = createPeople({ ...{ sql, config, transaction, accounts, media }, notices: silent })
  const inboxes = createNotifications({ sql, transaction, profiles: accounts.profiles, hidersOf })
  const notifications = neighbours.watch(inboxes)
  const live = { transaction, cursor: () => String(neighbours.events.length) }
  const timeline = createTimeline({ sql, config, accounts, live, media, people, notifications })
  const app = createHttpApp({
    ...{ log, authenticate: accounts.authenticate, limits: createRateLimits(redis), isAnswerChecked: true },
    idempotency: { sql, redis, log },
    routes: [...accounts.routes, ...people.routes, ...inboxes.routes, ...timeline.routes],
  })
  const server = await listening(createServer(app.callback()))
  world.atEnd(async () => {
    server.close()
    await connections.close()
  })
  const { origin } = server
  const tellRendered = createTellRendered({ accounts, media })
  return { world, origin, neighbours, tellRendered, person: (name) => Resident.moveIn(origin, name) }
}

/** One courtyard for all tests of a file. */
export function courtyardOf(test: TestFn, changes: Record<string, string | number> = {}): () => Courtyard {
  const world = worldOf(test)
  return sharedBy(test, 'the courtyard', () => openCourtyard(world(), changes))
}

/** Somebody with an account, at one server. */
export class Resident {
  readonly username: string
  readonly account: AccountId
  readonly token: string
  readonly #origin: string

  constructor(origin: string, who: { username: string; account: AccountId; token: string }) {
    this.#origin = origin
    this.username = who.username
    this.account = who.account
    this.token = who.token
  }

  static async moveIn(origin: string, name?: string): Promise<Resident> {
    const { username, access } = await signUp(origin, name)
    const me = await call(origin, 'GET /v1/me', { token: access })
    return new Resident(origin, { username, account: Number(me.body['id']) as AccountId, token: access })
  }

  /** The same person at another server. */
  at(origin: string): Resident {
    return new Resident(origin, this)
  }

  ask(line: string, body?: unknown, options: Call = {}): Promise<Reply> {
    return call(this.#origin, line, { token: this.token, ...(body === undefined ? {} : { body }), ...options })
  }

  /** The body of an answer that must be a success. */
  async gets(line: string, body?: unknown): Promise<Record<string, unknown>> {
    const reply = await this.ask(line, body)
    if (reply.status >= 300) throw new Error(`${line}: ${reply.status} ${JSON.stringify(reply.body)}`)
    return reply.body
  }

  /** As in `alice.to('block', bob)`. */
  async to(what: 'follow' | 'block' | 'mute', other: Resident): Promise<void> {
    await this.gets(`PUT /v1/people/${other.username}/${what}`)
  }

  /** Posts, and answers the id. */
  async posts(text: string, more: Record<string, unknown> = {}): Promise<string> {
    return String((await this.gets('POST /v1/posts', { text, ...more }))['id'])
  }

  /** Comments, and answers the id. */
  async comments(post: string, text: string): Promise<string> {
    return String((await this.gets(`POST /v1/posts/${post}/comments`, { text }))['id'])
  }

  /** One page: its items, and the cursor of the next. */
  async page(path: string): Promise<{ items: Item[]; next: string | undefined; body: Record<string, unknown> }> {
    const body = await this.gets(`GET ${path}`)
    const { next } = body['page'] as { next?: string }
    return { items: body['items'] as Item[], next, body }
  }

  /** All items of a list, page by page to its end; from a cursor on, or from the beginning. */
  async all(path: string, from?: string): Promise<Item[]> {
    const join = path.includes('?') ? '&' : '?'
    const { items, next } = await this.page(from === undefined ? path : `${path}${join}cursor=${from}`)
    return next === undefined ? items : [...items, ...(await this.all(path, next))]
  }
}

export type Item = Record<string, unknown> & { id: string }
