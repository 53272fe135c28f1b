import type { ExecutionContext } from 'ava'
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import { createLive } from '../../src/live/index.ts'
import type { Live, LiveEvent } from '../../src/live/index.ts'
import { Relay } from '../../src/live/relay.ts'
import type { Broker } from '../../src/platform/broker.ts'
import { createHttpApp } from '../../src/platform/http/app.ts'
import type { Authenticate } from '../../src/platform/http/viewer.ts'
import type { AccountId, SessionId } from '../../src/platform/ids.ts'
import type { Sql } from '../../src/platform/mysql.ts'
import { readPostStatement } from '../../src/timeline/index.ts'
import { connectTo } from '../support/connections.ts'
import type { Connections } from '../support/connections.ts'
import { eventually } from '../support/eventually.ts'
import { listening } from '../support/listening.ts'
import type { World } from '../support/world.ts'
import { EventReader } from './event-reader.ts'
import type { HeardEvent } from './event-reader.ts'

/** People of these tests by name. Whoever says `Bearer alice` is alice, in a session of the same name. */
export const people = { alice: 1 as AccountId, bob: 2 as AccountId, carol: 3 as AccountId }
export type Name = keyof typeof people

/** Whom each hides at present. */
export const hidden = new Map<AccountId, Set<AccountId>>()

const believe: Authenticate = async ({ authorization = '' }) => {
  const name = /^Bearer (alice|bob|carol)$/.exec(authorization)?.[1]
  if (name === undefined) return { type: 'anonymous' }
  const account = people[name as Name]
  const viewer = { account, session: name as SessionId, username: name, role: 'member' as const }
  return { type: 'signed_in', by: 'bearer', viewer }
}

export const connect = ({ config, log }: World): Connections => connectTo({ url: config.REDIS_URL, log })

export interface Station {
  origin: string
  live: Live
  broker: Broker
  server: Server
  stop(): Promise<void>
}

export interface StationOptions {
  changes?: Record<string, string | number>
  hiddenFrom?: (account: AccountId) => Promise<Set<AccountId>>
  /** Another way to MySQL. */
  sql?: Sql
}

/** A web server with the stream and nothing else. */
export async function openStation(t: ExecutionContext, world: World, options: StationOptions = {}): Promise<Station> {
  const config = world.configWith({ EVENTS_CHECK_MS: 100, STREAM_RETRY_MS: 20, ...options.changes })
  const lines = connect(world)
  const live = createLive({
    ...{ sql: options.sql ?? world.sql, broker: lines.broker, config, log: world.log },
    readStatement: readPostStatement,
    hiddenFrom: options.hiddenFrom ?? (async (account) => new Set(hidden.get(account))),
  })
  await live.start()
  const server = createServer(createHttpApp({ log: world.log, routes: live.routes, authenticate: believe }).callback())
  const { origin, close } = await listening(server)
  let stopped: Promise<void> | undefined
  const stop = (): Promise<void> => (stopped ??= stopAll())
  const stopAll = async (): Promise<void> => {
    await live.stop()
    close()
    await lines.close()
  }
  t.teardown(stop)
  return { origin, live, broker: lines.broker, server, stop }
}

/** A worker's relay. `publish` may be another one, for a relay that dies before it tells. */
export async function openRelay(
  t: ExecutionContext,
  world: World,
  options: { sql?: Sql; broker?: Partial<Broker> } = {},
): Promise<Relay> {
  const lines = connect(world)
  const { broker } = lines
  const parts = {
    publish: (channel: string, message: string | Buffer) => broker.publish(channel, message),
    subscribe: (channel: string, hear: (message: Buffer) => void) => broker.subscribe(channel, hear),
    onResubscribed: (listener: () => void) => broker.onResubscribed(listener),
    ...options.broker,
  }
  const relay = new Relay({ sql: options.sql ?? world.sql, broker: parts, log: world.log, everyMs: 100, keepHours: 48 })
  await relay.start()
  t.teardown(async () => {
    await relay.stop()
    await lines.close()
  })
  return relay
}

/** Tells that something happened, as a domain does. */
export function tell(live: Live, ...events: (Partial<LiveEvent> & { n: number })[]): Promise<void> {
  return live.transaction(async (_, say) => {
    for (const { n, ...event } of events) say({ topic: 'timeline', type: 'post.created', data: { n }, ...event })
  })
}

export interface ListenOptions {
  topics?: string
  /** As a header. */
  after?: string
  /** As part of the query. */
  from?: string
}

/** Opens a stream and reads what comes. */
export async function listen(
  t: ExecutionContext,
  origin: string,
  name: Name,
  options: ListenOptions = {},
): Promise<EventReader> {
  return listenAs(t, origin, name, options)
}

export async function listenAs(
  t: ExecutionContext,
  origin: string,
  token: string,
  options: ListenOptions = {},
): Promise<EventReader> {
  const answer = await ask(origin, token, options)
  t.is(answer.statusCode, 200)
  const reader = new EventReader(answer)
  t.teardown(() => reader.leave())
  return reader
}

/** The answer as it begins. */
export async function ask(
  origin: string,
  token: string | undefined,
  options: ListenOptions = {},
): Promise<IncomingMessage> {
  const url = new URL('/v1/stream', origin)
  if (options.topics !== undefined) url.searchParams.set('topics', options.topics)
  if (options.from !== undefined) url.searchParams.set('last_event_id', options.from)
  const headers = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(options.after === undefined ? {} : { 'last-event-id': options.after }),
  }
  const sent = request(url, { headers, agent: false })
  sent.end()
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  return answer
}

export async function bodyOf(answer: IncomingMessage): Promise<Record<string, unknown>> {
  let text = ''
  for await (const chunk of answer) text += String(chunk)
  return JSON.parse(text) as Record<string, unknown>
}

/** The numbers of what was told, in the order in which they were heard. */
export function numbersOf(reader: EventReader): number[] {
  return reader.events.filter(isTold).map((event) => Number((JSON.parse(event.data) as { n: unknown }).n))
}

export function isTold(event: HeardEvent): boolean {
  return event.event !== 'ready' && event.event !== 'gap'
}

export function hears(reader: EventReader, n: number): Promise<boolean> {
  return eventually(() => numbersOf(reader).includes(n))
}

export const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1)
