import type { Accounts, EndReason } from '../accounts/index.ts'
import type { Config } from '../config.ts'
import type { Durability, Ledger } from '../ledger/index.ts'
import type { TellingTransaction } from '../live/index.ts'
import type { Media } from '../media/index.ts'
import type { Notifications } from '../notifications/index.ts'
import type { People } from '../people/index.ts'
import type { Broker } from '../platform/broker.ts'
import type { Route } from '../platform/http/route.ts'
import type { Role } from '../platform/http/viewer.ts'
import type { AccountId, RoomId, SessionId } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'
import { Metrics } from '../platform/metrics.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Redis } from '../platform/redis.ts'
import { traceFrames } from '../platform/ws/frame-spans.ts'
import { Gateway } from '../platform/ws/gateway.ts'
import type { GatewayLimits } from '../platform/ws/gateway.ts'
import { showSockets } from '../platform/ws/socket-metrics.ts'
import { KnownRooms } from './access.ts'
import { tellChangedCounts } from './counts.ts'
import { Channels } from './channels.ts'
import { createFrameReader, frameTypes } from './frames.ts'
import { announcePending } from './member-entries.ts'
import { announcePendingSettings } from './settings.ts'
import { sweepMessagePictures } from './message-pictures.ts'
import { Names } from './names.ts'
import type { ReadProfiles } from './names.ts'
import { Pictures, createReadPictures } from './pictures.ts'
import { Presence } from './presence.ts'
import { ReadMarkers } from './read-markers.ts'
import { ensureLobby } from './rooms.ts'
import { chatRoutes } from './routes.ts'
import type { Push } from './server-frames.ts'
import { ChatSocket } from './socket.ts'
import { Sends, showSends } from './sends.ts'
import { SpeechRates } from './speech-rates.ts'
import { roomNames } from './store.ts'
import { Whispers } from './whispers.ts'

export { socketChannel } from './channel.ts'
export { readRoomStatement, roomEvents } from './room-events.ts'
export { createDescriptions, createRoomsPort, createRosters } from './rooms-port.ts'
export type { ReadProfiles } from './names.ts'

export interface Chat {
  routes: Route[]
  gateway: Gateway
  /** Sockets live with their session. */
  sessionsEnded(sessions: Iterable<SessionId>, reason: EndReason): void
  roleChanged(account: AccountId, role: Role): void
  /** What rooms are called, by one query; those that are gone are missing in the answer. */
  roomNames(ids: Iterable<RoomId>): Promise<Map<RoomId, string>>
  /** Makes the lobby, if this is the first start. */
  start(): Promise<void>
  stop(): Promise<void>
}

export interface ChatOptions {
  sql: Sql
  /** A connection for commands. */
  redis: Redis
  broker: Broker
  config: Config
  log: Log
  ledger: Ledger
  durability: Durability
  /** Of the stream: what is told is told when it is true. */
  transaction: TellingTransaction
  relationsOf: People['relationsOf']
  notify: Notifications['notify']
  withdraw: Notifications['withdraw']
  media: Pick<Media, 'claim' | 'release' | 'views'>
  /** Where it shows its numbers; without it nobody sees them. */
  metrics?: Metrics
  accounts: Pick<Accounts, 'authenticate' | 'redeemTicket' | 'profiles' | 'findByUsername'>
}

/** Chat as a web server has it: rooms over HTTP, everything that happens in them over the socket. */
export function createChat(options: ChatOptions): Chat {
  const { sql, redis, broker, config, log, ledger, accounts, transaction, relationsOf, media } = options
  const { notify, withdraw, metrics = new Metrics() } = options
  const { profiles, findByUsername } = accounts
  const rooms = new KnownRooms(sql)
  const names = new Names({ profiles, log })
  const readPictures = createReadPictures(sql, media)
  const pictures = new Pictures({ read: readPictures, log })
  const markers = new ReadMarkers({ sql, log })
  const whispers = new Whispers({ broker, log })
  const presence = new Presence({ redis, log, beatMs: config.PRESENCE_BEAT_MS })
  const rates = new SpeechRates(config.MESSAGES_PER_SECOND)
  const coalesceMs = config.PRESENCE_PUSH_MS
  const sends = new Sends(metrics, (room) => channels.get(room) !== undefined)
  const channels: Channels = new Channels({
    ledger,
    names,
    pictures,
    log,
    presence,
    whispers,
    coalesceMs,
    onTold: sends.told,
  })
  showSends(metrics, { sends, channels })
  const socketParts = {
    ...{ sql, ledger, rooms, channels, names, markers, whispers, rates, sends, log, relationsOf, media },
    readFrame: createFrameReader({ messageMaxBytes: config.MESSAGE_MAX_BYTES }),
    roomsPerSocket: config.ROOMS_PER_SOCKET,
  }
  const gateway = new Gateway({
    authenticate: accounts.authenticate,
    redeemTicket: (ticket) => accounts.redeemTicket(ticket),
    origins: config.origins,
    limits: gatewayLimits(config),
    log,
    onConnection(connection) {
      connection.send(hello(options, connection.viewer.username))
      return traceFrames(new ChatSocket(socketParts, connection), frameTypes)
    },
  })
  showSockets(metrics, gateway)
  return {
    routes: chatRoutes({
      ...{ sql, ledger, config, log, profiles, findByUsername, rooms, presence, markers, rates, sends },
      ...{ transaction, relationsOf, notify, withdraw, media, readPictures },
    }),
    gateway,
    sessionsEnded: (sessions, reason) =>
      gateway.closeSessions(sessions, reason === 'gone' ? 'sessionExpired' : 'notSignedIn'),
    roleChanged: (account, role) => gateway.roleChanged(account, role),
    roomNames: (ids) => roomNames(sql, [...new Set(ids)]),
    async start() {
      await ensureLobby({ sql, ledger })
    },
    async stop() {
      gateway.close()
      channels.close()
      await presence.stop()
      await markers.stop()
    },
  }
}

/** For a worker: makes changes of members and settings entries of their rooms that a server could not announce. */
export function createAnnouncer(parts: {
  sql: Sql
  ledger: Ledger
  profiles: ReadProfiles
  log: Log
}): () => Promise<number> {
  return async () => (await announcePending(parts)) + (await announcePendingSettings(parts))
}

/** For a worker: tells the stream how many people are in the rooms, where that has changed. */
export function createCountTeller(parts: {
  sql: Sql
  redis: Redis
  config: Config
  transaction: TellingTransaction
}): () => Promise<number> {
  // A little less than the time between two looks, so that a look that comes early is not in vain.
  const restMs = Math.floor(parts.config.ROOM_COUNTS_MS * 0.9)
  return () => tellChangedCounts({ ...parts, restMs })
}

/** For a worker: keeps or gives up the pictures of messages of which it is not certain that they stand. */
export function createPictureSweep(parts: {
  sql: Sql
  ledger: Ledger
  media: Pick<Media, 'claim' | 'release'>
  log: Log
}): () => Promise<number> {
  return () => sweepMessagePictures(parts)
}

/** Clients correct their clock by `now`, since ids from the future are refused; and look whose socket it is that their cookie opened. */
function hello({ config, durability }: ChatOptions, username: string): Push {
  return {
    type: 'hello',
    protocol: 'madang.v1',
    username,
    now: new Date().toISOString(),
    pingMs: config.PING_SECONDS * 1000,
    maxFrame: config.FRAME_MAX_BYTES,
    durability,
    server: config.SERVER_NAME,
  }
}

function gatewayLimits(config: Config): GatewayLimits {
  return {
    frameMaxBytes: config.FRAME_MAX_BYTES,
    socketsPerAccount: config.SOCKETS_PER_ACCOUNT,
    socketsPerAddress: config.SOCKETS_PER_ADDRESS,
    drainMs: config.DRAIN_SECONDS * 1000,
    pingMs: config.PING_SECONDS * 1000,
    pongMs: config.PONG_SECONDS * 1000,
    framesPerSecond: config.FRAMES_PER_SECOND,
    framesBurst: config.FRAMES_BURST,
    softBytes: config.SOCKET_SOFT_BYTES,
    hardBytes: config.SOCKET_HARD_BYTES,
  }
}
