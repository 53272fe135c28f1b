import { accessCookieName, createAccounts } from './accounts/index.ts'
import { createAdmin } from './admin/index.ts'
import { apiDomains } from './api.ts'
import { createChat, createRoomsPort, readRoomStatement, roomEvents, socketChannel } from './chat/index.ts'
import { raisedLimits } from './config.ts'
import type { Config } from './config.ts'
import { checksOf, layFoundation } from './foundation.ts'
import type { Foundation } from './foundation.ts'
import { createLedger } from './ledger/index.ts'
import { createLive, streamChannel } from './live/index.ts'
import { createMedia } from './media/index.ts'
import { createNotifications, notificationEvents, readNotificationStatement } from './notifications/index.ts'
import type { Notifications } from './notifications/index.ts'
import { createPeople, hidersOf } from './people/index.ts'
import type { Notices } from './people/index.ts'
import { readExamples } from './platform/documents/examples.ts'
import { withDocuments } from './platform/documents/routes.ts'
import { prepareFolders } from './platform/folders.ts'
import { createHttpApp } from './platform/http/app.ts'
import { Doors } from './platform/http/doors.ts'
import { Health, healthRoutes } from './platform/http/health.ts'
import { metricsRoute } from './platform/http/metrics-route.ts'
import { createRateLimits } from './platform/http/rate-limit.ts'
import { RunningRequests } from './platform/http/running.ts'
import type { Route } from './platform/http/route.ts'
import type { Log } from './platform/log.ts'
import { createTimeline, readPostStatement, timelineEvents } from './timeline/index.ts'

export interface App {
  /** All that it serves. */
  routes: readonly Route[]
  /** Resolves with the port when the server listens. */
  start(): Promise<{ port: number }>
  /** Drains: no new work, sockets are sent to another server, what runs is finished. */
  stop(): Promise<void>
}

export interface AppOptions {
  /** For tests: an answer that its route does not declare becomes a 500. */
  isAnswerChecked?: boolean
}

/** What a request that runs gets to be answered when the server stops: as long as it may wait for MySQL. */
export const finishMs = 10_000

/** A web server: the composition of all parts, and the HTTP server that they are reached by. */
export async function createApp(config: Config, log: Log, options: AppOptions = {}): Promise<App> {
  const raised = raisedLimits(config)
  if (Object.keys(raised).length > 0) log.warn({ raised }, 'limits are raised above their defaults')
  const foundation = await layFoundation(config, log)
  const { sql, redis, lifecycle, durability, metrics } = foundation
  metrics.showProcess({ name: config.SERVER_NAME, role: 'server' })
  if (config.MEDIA_STORAGE === 'disk') await prepareFolders({ MEDIA_FOLDER: config.MEDIA_FOLDER }, log)
  const domains = await createDomains(foundation, config, log)
  const { accounts, live, chat, admin } = domains

  const health = new Health({ checks: checksOf(foundation), timeoutMs: 2000, log })
  const service = [...healthRoutes(health), metricsRoute(metrics, config.METRICS_FROM)]
  const routes = describedRoutes(domains, service, config)
  const http = createHttpApp({
    ...{ log, metrics, routes, annexes: admin.annexes, origins: config.origins, authenticate: accounts.authenticate },
    ...options,
    limits: createRateLimits(redis, metrics),
    idempotency: { sql, redis, log },
    generalLimit: { name: 'requests', requests: config.REQUESTS_PER_MINUTE, seconds: 60, withoutRedis: 'count_here' },
  })
  const doors = new Doors({ host: config.HOST, port: config.PORT, file: config.LISTEN_FILE }, http.callback())
  const requests = new RunningRequests(doors.servers)
  for (const server of doors.servers) chat.gateway.attach(server)
  lifecycle.onClose('http', () => doors.cutOff())

  return {
    routes,
    async start() {
      await accounts.start()
      await live.start()
      await chat.start()
      const port = await doors.open()
      log.info({ port, file: config.LISTEN_FILE, durability }, 'listening')
      return { port }
    },
    async stop() {
      health.drain()
      requests.endConnections()
      await Promise.all([doors.close(config.DRAIN_SECONDS * 1000), live.drain(), chat.gateway.drain()])
      await requests.finish(finishMs)
      await lifecycle.close()
    },
  }
}

/** All routes, and those of the documents that describe them. */
function describedRoutes(domains: Domains, service: readonly Route[], config: Config): Route[] {
  const { accounts, live, media, people, notifications, timeline, chat, admin } = domains
  const parts = apiDomains({
    ...{ accounts: accounts.routes, people: people.routes, timeline: timeline.routes, media: media.routes },
    ...{ notifications: notifications.routes, chat: chat.routes, live: live.routes, admin: admin.routes, service },
  })
  const events = [timelineEvents, notificationEvents, roomEvents]
  const described = withDocuments(parts, {
    channels: [socketChannel(config), streamChannel(events, config)],
    origin: config.PUBLIC_ORIGIN,
    accessCookie: accessCookieName(config.PUBLIC_ORIGIN),
    readExamples: () => readExamples(new URL('examples/', import.meta.url)),
  })
  return described.flatMap(({ routes }) => routes)
}

type Domains = Awaited<ReturnType<typeof createDomains>>

/**
 * The domains, from the lowest floor up, in the order in which the API shows them. What a lower one asks of a higher one it asks by
 * a function, which nobody calls before all of them are there.
 */
async function createDomains(foundation: Foundation, config: Config, log: Log) {
  const { sql, redis, broker, lifecycle, durability, metrics } = foundation

  const media = await createMedia({ sql, config, log })
  lifecycle.onClose('media', () => media.stop())
  const accounts = createAccounts({
    ...{ sql, redis, broker, config, log },
    pictureUrls: media.urls,
    sockets: {
      sessions: () => [...chat.gateway.sessions, ...live.sessions()],
      ended(sessions, reason) {
        chat.sessionsEnded(sessions, reason)
        live.sessionsEnded(sessions)
      },
      roleChanged: (account, role) => chat.roleChanged(account, role),
    },
  })
  const { profiles } = accounts
  const live = createLive({
    ...{ sql, broker, config, log, metrics },
    hiddenFrom: async (account) => (await people.relationsOf(account)).hidden,
    readStatement: (event) => readPostStatement(event) ?? readRoomStatement(event) ?? readNotificationStatement(event),
  })
  lifecycle.onClose('live', () => live.stop())
  const { transaction } = live

  const notifications = createNotifications({ sql, transaction, profiles, hidersOf })
  const { notify, withdraw } = notifications
  const people = createPeople({
    ...{ sql, config, accounts, media, transaction },
    notices: noticesOfPeople(notifications),
  })
  const timeline = createTimeline({ sql, config, accounts, live, media, people, notifications })

  const rooms = createRoomsPort({ sql, profiles, transaction, notify })
  const ledger = createLedger({ ...foundation, config, rooms, log })
  lifecycle.onClose('ledger', () => ledger.stop())
  const chat = createChat({
    ...{ sql, redis, broker, config, log, metrics, durability, ledger, accounts, media },
    ...{ transaction, relationsOf: people.relationsOf, notify, withdraw },
  })
  lifecycle.onClose('chat', () => chat.stop())
  lifecycle.onClose('accounts', () => accounts.stop())
  const admin = await createAdmin({ sql, config, log, accounts, roomNames: chat.roomNames })
  lifecycle.onClose('admin', () => admin.stop())
  return { accounts, live, media, people, notifications, timeline, chat, admin }
}

/** What people do to each other, as notifications. */
function noticesOfPeople(notifications: Notifications): Notices {
  return {
    followed: (trx, tell, from, to) => notifications.notify(trx, tell, [{ type: 'follow', from, to }]),
    unfollowed: (trx, tell, from, to) => notifications.withdraw(trx, tell, { type: 'follow', from, to }),
    parted: (trx, tell, one, other) => notifications.part(trx, tell, one, other),
  }
}
