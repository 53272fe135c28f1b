import { hostname } from 'node:os'
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import path from 'node:path'
import { z } from 'zod'

/** What the address of a unix socket has room for on Linux; what is longer would be cut, and be another file. */
export const longestPathBytes = 107

/** `name=value` pairs separated by commas, as OpenTelemetry has them; values may be percent-encoded. */
const pairs = z.string().transform((text, context) => {
  const found: Record<string, string> = {}
  for (const pair of text.split(',').filter((part) => part.trim() !== '')) {
    const [name = '', ...value] = pair.split('=')
    if (!/^[\w.-]+$/.test(name.trim()) || value.length === 0) {
      context.addIssue({ code: 'custom', message: 'must be name=value, separated by commas' })
      return z.NEVER
    }
    found[name.trim()] = decoded(value.join('=').trim())
  }
  return found
})

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/**
 * Every setting of Madang: environment → one frozen `Config`. The only place that reads the environment.
 * A variable `X_FILE` names a file whose content is the value of `X` (Docker secrets). Durations carry their unit in the name.
 */
const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most)

/** This machine, and addresses that nobody has outside. */
const privateNetworks = [
  ...['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '169.254.0.0/16'],
  ...['::1/128', 'fc00::/7', 'fe80::/10'],
].join()

function areNetworks(text: string): boolean {
  if (text === 'none') return true
  return text.split(',').every((network) => {
    const [address = '', bits = '', ...more] = network.split('/')
    const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
    return more.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= most
  })
}

/** What browsers send as `Origin`, in their spelling. `localhost:8080` is an address, too: with `localhost:` as its protocol and `null` as its origin. */
const origin = z.string().transform((text, context) => {
  const url = URL.parse(text.trim())
  if (url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin
  const message = `must be http:// or https:// with a host, perhaps a port, and nothing else; "${text}" is not`
  context.addIssue({ code: 'custom', message })
  return z.NEVER
})

const origins = z
  .string()
  .transform((text) => text.split(',').filter((part) => part.trim() !== ''))
  .pipe(z.array(origin))

const settings = {
  HOST: z.string().default('127.0.0.1').describe('Address the web server listens on'),
  PORT: whole(0, 65_535).default(3000).describe('Port the web server listens on; 0 takes a free one'),
  LISTEN_FILE: z
    .string()
    .refine((file) => path.isAbsolute(file), 'must be an absolute path')
    .refine((file) => Buffer.byteLength(file) <= longestPathBytes, `must have at most ${longestPathBytes} bytes`)
    .optional()
    .describe('Unix socket on which the web server listens, too, for an Nginx on the same machine'),
  PUBLIC_ORIGIN: origin
    .default('http://localhost:8080')
    .describe('Origin that browsers see; further ones separated by commas in ALLOWED_ORIGINS'),
  ALLOWED_ORIGINS: origins.default([]).describe('Further origins a browser may come from, separated by commas'),
  SERVER_NAME: z
    .string()
    .regex(/^[\w.-]{1,64}$/)
    .default(
      `${hostname()
        .slice(0, 40)
        .replaceAll(/[^\w.-]/g, '-')}-${process.pid}`,
    )
    .describe('Name of this process among its siblings; best stable over restarts'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('Least level that is logged'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'Collector that takes traces by OTLP over HTTP in JSON, without `/v1/traces`; nothing is traced without it',
    ),
  OTEL_EXPORTER_OTLP_HEADERS: pairs
    .optional()
    .describe('Headers for the collector, such as a key: name=value, separated by commas'),
  OTEL_EXPORTER_OTLP_TIMEOUT: whole(100, 60_000)
    .default(10_000)
    .describe('Milliseconds that the collector may take for one portion'),
  OTEL_SERVICE_NAME: z
    .string()
    .max(100)
    .optional()
    .describe('Name of the service in traces; without it `madang-server` and `madang-worker`'),
  OTEL_RESOURCE_ATTRIBUTES: pairs
    .optional()
    .describe('What else traces tell of this process: name=value, separated by commas'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('Share of the traces that begin here which are kept, from 0 to 1; who is part of a kept one is kept'),
  OTEL_BSP_SCHEDULE_DELAY: whole(10, 60_000).default(5000).describe('Milliseconds between two portions of spans'),
  OTEL_BSP_MAX_QUEUE_SIZE: whole(1, 1_000_000)
    .default(2048)
    .describe('Spans that wait to be sent; what comes on top is dropped'),
  TRACEPARENT: z
    .enum(['ignore', 'believe'])
    .default('ignore')
    .describe(
      'Whether a request that names a trace becomes part of it; to believe is for sites whose proxy sets the header',
    ),
  DATABASE_URL: z.string().startsWith('mysql://').describe('mysql://user:password@host:port/database'),
  DATABASE_POOL_MAX: whole(2, 200).default(10).describe('Connections of one process'),
  MIGRATE_WAIT_SECONDS: whole(0, 604_800)
    .default(60)
    .describe(
      'How long `npm run migrate` waits for another process that needs the tables as they are, such as a backup',
    ),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//)
    .describe('Redis of the buffers and of pub/sub'),
  QUEUE_REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//)
    .optional()
    .describe('Redis of the queues, when it is another one'),
  REDIS_DURABILITY: z
    .enum(['always', 'everysec', 'none'])
    .optional()
    .describe('What the Redis service keeps, where its settings cannot be read'),
  WEAK_DURABILITY: z
    .enum(['refuse', 'warn'])
    .default('refuse')
    .describe('What to do at start when Redis or MySQL keep less than the promise needs'),
  WORKER_PORT: whole(0, 65_535)
    .default(3001)
    .describe('Port of a worker, for /livez, /readyz and /metrics; 0 takes a free one'),
  METRICS_FROM: z
    .string()
    .refine(areNetworks, 'must be networks such as 10.0.0.0/8, separated by commas, or none')
    .default(privateNetworks)
    .describe('Networks from which /metrics may be read, or none; never by way of a proxy'),

  TOKEN_KEYS: z
    .string()
    .describe(
      'Keys of access tokens, `kid:base64` separated by commas, 32 bytes or more each; the first signs, all verify',
    ),
  ACCESS_TOKEN_MINUTES: whole(1, 60).default(10).describe('Life of an access token'),
  REFRESH_TOKEN_DAYS: whole(1, 365).default(30).describe('Life of a sign-in that is not used'),
  REFRESH_GRACE_SECONDS: whole(0, 60)
    .default(10)
    .describe('How long the refresh token before the last still answers its own client, for parallel refreshes'),
  SESSIONS_PER_ACCOUNT: whole(1, 1000)
    .default(50)
    .describe('Sign-ins that one account keeps; a further one ends the one that was not used for the longest time'),
  SESSION_CHECK_SECONDS: whole(1, 3600)
    .default(60)
    .describe('Time between two looks whether the sessions of open sockets still exist'),
  PASSWORD_HASHES_AT_ONCE: whole(1, 16).default(2).describe('argon2id computations at once in one process'),
  PASSWORD_HASHES_WAITING: whole(0, 100_000)
    .default(100)
    .describe('argon2id computations that may wait in one process; what comes on top is sent away'),

  SIGN_IN_PER_MINUTE: whole(1, 1_000_000).default(5).describe('Sign-ins per account and address in a minute'),
  SIGN_UP_PER_HOUR: whole(1, 1_000_000).default(20).describe('Sign-ups per address in an hour'),
  REQUESTS_PER_MINUTE: whole(1, 10_000_000)
    .default(600)
    .describe('Requests per account (or address when not signed in) in a minute'),
  FOLLOWS_MAX: whole(1, 100_000).default(5000).describe('People whom one person may follow'),
  BLOCKS_MAX: whole(1, 100_000).default(1000).describe('Blocks and mutes of one person together'),
  RELATIONS_PER_MINUTE: whole(1, 1_000_000)
    .default(60)
    .describe('Follows, blocks, mutes and their ends of one account in a minute'),
  PEOPLE_SEARCHES_PER_MINUTE: whole(1, 1_000_000)
    .default(120)
    .describe('Searches for people by one account in a minute, those while a mention is typed among them'),
  AUDIT_KEEP_DAYS: whole(1, 36_500).default(365).describe('Days after which acts of the audit log are swept'),
  ADMIN_EXPORTS_PER_MINUTE: whole(1, 1_000_000)
    .default(10)
    .describe('Exports of the audit log and of closings by one admin in a minute'),
  QUEUE_BOARD: z
    .enum(['on', 'off'])
    .default('off')
    .describe('Whether admins find the page of the queues at /admin/queues; needs @bull-board/api and @bull-board/koa'),
  NOTIFICATIONS_KEEP_DAYS: whole(1, 3650).default(90).describe('Days after which notifications are swept'),
  POSTS_PER_HOUR: whole(1, 1_000_000).default(60).describe('Posts of one account in an hour'),
  COMMENTS_PER_HOUR: whole(1, 1_000_000).default(300).describe('Comments of one account in an hour'),
  EDITS_PER_HOUR: whole(1, 1_000_000).default(300).describe('Edits of posts and comments by one account in an hour'),
  LIKES_PER_MINUTE: whole(1, 1_000_000).default(120).describe('Likes and their ends by one account in a minute'),
  ROOMS_PER_MENTOR: whole(1, 100_000).default(50).describe('Open rooms of one mentor'),
  INVITATIONS_PER_ROOM: whole(1, 100_000).default(1000).describe('People who are asked into one room'),
  INVITATIONS_PER_MINUTE: whole(1, 1_000_000).default(60).describe('Invitations by one account in a minute'),
  ROOM_CHANGES_PER_MINUTE: whole(1, 1_000_000)
    .default(10)
    .describe('Requests of one account to change what is said of rooms, or holds in them, in a minute'),
  CLOSINGS_PER_MINUTE: whole(1, 1_000_000).default(60).describe('Requests of one account to close a room in a minute'),
  SEATS_MAX: whole(1, 100_000).default(1000).describe('Seats of one room'),
  FRAME_MAX_BYTES: whole(1024, 1_048_576)
    .default(16_384)
    .describe('Largest ws frame from a client; a larger one ends the socket'),
  MESSAGE_MAX_BYTES: whole(1, 65_536)
    .default(4096)
    .describe(
      'Largest message body in UTF-8; its frame is larger by pictures with their texts, and by a byte for each end of a line, quote and backslash',
    ),
  FRAMES_PER_SECOND: whole(1, 1_000_000)
    .default(10)
    .describe('Frames that a connection may send in a second, sustained'),
  FRAMES_BURST: whole(1, 1_000_000).default(30).describe('Frames that a connection may send at once'),
  MESSAGES_PER_SECOND: whole(1, 1_000_000)
    .default(20)
    .describe('Kept frames of one account in a second over all its connections to one server'),
  SOCKETS_PER_ACCOUNT: whole(1, 100_000).default(20).describe('Open sockets of one account on one server'),
  SOCKETS_PER_ADDRESS: whole(1, 1_000_000).default(200).describe('Open sockets of one address on one server'),
  ROOMS_PER_SOCKET: whole(1, 10_000).default(200).describe('Rooms that one socket may be subscribed to'),
  SOCKET_SOFT_BYTES: whole(1024, 1_073_741_824)
    .default(262_144)
    .describe('Unsent bytes above which typing and presence are dropped'),
  SOCKET_HARD_BYTES: whole(1024, 1_073_741_824)
    .default(1_048_576)
    .describe('Unsent bytes above which a slow socket is closed'),
  PING_SECONDS: whole(1, 3600).default(25).describe('Time between protocol pings'),
  PONG_SECONDS: whole(1, 3600).default(10).describe('Time a pong may take'),
  PRESENCE_BEAT_MS: whole(20, 60_000)
    .default(10_000)
    .describe('Time between two renewals of who is connected; people of a server that died vanish after three'),
  ROOM_COUNTS_MS: whole(50, 60_000)
    .default(2000)
    .describe('How often the stream is told how many people are in a room, at most'),
  PRESENCE_PUSH_MS: whole(1, 60_000).default(500).describe('Comings and goings within this time become one push'),
  RESUME_MAX_ENTRIES: whole(1, 100_000)
    .default(1000)
    .describe('Entries that a resume replays; a client further behind pages'),
  DRAIN_SECONDS: whole(0, 600).default(10).describe('Time over which a stopping server sends its sockets away'),

  STREAMS_PER_ACCOUNT: whole(1, 100_000).default(10).describe('Open event streams of one account on one server'),
  STREAMS_PER_ADDRESS: whole(1, 1_000_000).default(200).describe('Open event streams of one address on one server'),
  STREAM_OPENS_PER_MINUTE: whole(1, 1_000_000).default(60).describe('Event streams that an account opens in a minute'),
  STREAM_MAX_BYTES: whole(1024, 1_073_741_824)
    .default(1_048_576)
    .describe('Unsent bytes above which a slow event stream is cut off'),
  STREAM_LIFE_SECONDS: whole(1, 86_400)
    .default(900)
    .describe('Life of an event stream, spread by a fifth in both directions; its client resumes'),
  STREAM_HEARTBEAT_SECONDS: whole(1, 3600).default(15).describe('Time between two signs of life on an event stream'),
  STREAM_RETRY_MS: whole(10, 600_000)
    .default(2000)
    .describe('Time after which a client opens its event stream again, spread by a half in both directions'),
  STREAM_RESUME_MAX_EVENTS: whole(1, 1_000_000)
    .default(5000)
    .describe('Newest events that a server holds in memory and a stream resumes over; a client further behind reloads'),
  STREAM_RESUME_MAX_BYTES: whole(1024, 4_294_967_296)
    .default(33_554_432)
    .describe('Bytes of these events; above, fewer are held'),
  EVENTS_RELAY_MS: whole(10, 60_000)
    .default(1000)
    .describe('Time between two looks of a worker for events that no hint announced'),
  EVENTS_CHECK_MS: whole(10, 60_000)
    .default(1000)
    .describe('Time between two looks of a server for events that pub/sub lost'),
  EVENTS_KEEP_HOURS: whole(1, 8760).default(48).describe('Age at which events are deleted'),

  BUFFER_MAX_ENTRIES: whole(10, 10_000_000)
    .default(20_000)
    .describe('Unstored entries a room may hold before it answers buffer_full'),
  BUFFER_MAX_BYTES: whole(1024, 4_294_967_296)
    .default(16_777_216)
    .describe('Unstored bytes a room may hold before it answers buffer_full'),
  REDIS_MAX_BYTES: whole(1_048_576, 1_099_511_627_776)
    .optional()
    .describe('Memory budget of Redis; without it the server goes by maxmemory'),
  REDIS_FULL_PERCENT: whole(1, 100)
    .default(60)
    .describe('Share of the budget above which all rooms answer buffer_full'),
  FLUSH_ENTRIES: whole(1, 1_000_000).default(5000).describe('Unstored entries that ring for a flush'),
  FLUSH_BYTES: whole(1024, 1_073_741_824).default(4_194_304).describe('Unstored bytes that ring for a flush'),
  FLUSH_AGE_SECONDS: whole(1, 86_400)
    .default(60)
    .describe('Age of the oldest unstored entry at which a room is flushed'),
  FLUSH_SLICE_ENTRIES: whole(2, 10_000)
    .default(1000)
    .describe('Entries that a flush reads from Redis at once; as many or more go to MySQL in bulk'),
  FLUSH_TRANSACTION_ENTRIES: whole(2, 1_000_000)
    .default(20_000)
    .describe('Entries from which on one transaction of a flush takes no further slice'),
  SWEEP_SECONDS: whole(1, 3600).default(5).describe('Time between two sweeps of a worker'),
  SENT_MAX_IDS: whole(10, 10_000_000)
    .default(20_000)
    .describe('Message ids in one of the two send-once hashes of a room'),
  SENT_MAX_SECONDS: whole(1, 86_400).default(600).describe('Age at which the send-once hashes rotate'),
  SLEEP_AFTER_SECONDS: whole(1, 8_640_000).default(3600).describe('Idle time after which a stored room leaves Redis'),
  WITNESS_MS: whole(10, 60_000).default(1000).describe('Time between two records of what this server acknowledged'),
  CHECKPOINT_ENTRIES: whole(10, 100_000_000)
    .default(10_000)
    .describe('Entries of a room that never closes between two signed checkpoints'),
  HEAD_CHECK_SECONDS: whole(1, 3600)
    .default(5)
    .describe('Time between two looks at the head of every room with listeners'),
  POPULAR_EVERY_SECONDS: whole(1, 86_400).default(300).describe('Time between two rankings of the popular posts'),
  CLOSED_META_SECONDS: whole(1, 8_640_000).default(86_400).describe('Time that a closed room is remembered in Redis'),
  CLOSING_RETRY_SECONDS: whole(1, 3600)
    .default(5)
    .describe('First wait after a failed attempt at a closing; doubles up to five minutes'),

  RECEIPT_KEY: z
    .string()
    .optional()
    .describe('Ed25519 private key that signs receipts, as one line of JWK JSON (worker only)'),
  TRANSCRIPTS_FOLDER: z
    .string()
    .default('.data/transcripts')
    .describe('Folder of the transcripts, shared by servers and workers'),

  MEDIA_STORAGE: z
    .enum(['disk', 's3'])
    .default('disk')
    .describe('Where pictures are kept: in MEDIA_FOLDER, or in a bucket of an S3-compatible service'),
  MEDIA_FOLDER: z
    .string()
    .default('.data/media')
    .describe('Folder of the pictures, shared by servers, workers and Nginx'),
  MEDIA_BASE_URL: z
    .string()
    .regex(/^(https?:\/)?\/.*[^/]$/)
    .default('/media')
    .describe('Address of the pictures without a slash at its end; with S3 that of the folder `public` in the bucket'),
  MEDIA_S3_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Address of the S3-compatible service; without it that of AWS'),
  MEDIA_S3_REGION: z.string().default('us-east-1').describe('Region of the bucket'),
  MEDIA_S3_BUCKET: z
    .string()
    .optional()
    .describe('Bucket of the pictures, of which only the folder `public` is readable'),
  MEDIA_S3_ACCESS_KEY: z
    .string()
    .optional()
    .describe('Access key of the bucket; without it that of the machine is used'),
  MEDIA_S3_SECRET_KEY: z.string().optional().describe('Secret key of the bucket'),
  MEDIA_S3_ADDRESSING: z
    .enum(['host', 'path'])
    .default('host')
    .describe('Whether the bucket is named in the host or in the path; many services other than AWS want path'),
  MEDIA_MAX_BYTES: whole(1024, 104_857_600).default(10_485_760).describe('Largest picture that is taken'),
  MEDIA_MAX_PIXELS: whole(1, 268_402_689)
    .default(50_331_648)
    .describe('Most pixels of a picture that is taken; one decoding needs up to four bytes for each'),
  MEDIA_UPLOADS_PER_HOUR: whole(1, 1_000_000).default(120).describe('Uploads of one account in an hour'),
  MEDIA_DECODES_AT_ONCE: whole(1, 64).default(2).describe('Uploads that one server reads and decodes at once'),
  MEDIA_DECODES_WAITING: whole(0, 10_000)
    .default(20)
    .describe('Uploads that may wait for that in one server; what comes on top is sent away'),
  MEDIA_BYTES_PER_ACCOUNT: whole(1024, 1_099_511_627_776)
    .default(1_073_741_824)
    .describe('Space that the pictures of one account may take'),
  MEDIA_UNUSED_HOURS: whole(1, 8760).default(24).describe('Time after which a picture that is part of nothing goes'),
}

const schema = z.object(settings)
export type Settings = z.output<typeof schema>
export type Config = Readonly<Settings> & { readonly origins: ReadonlySet<string> }

/** Thrown at start with one readable line for each setting that is wrong. */
export class ConfigError extends Error {}

export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const parsed = schema.safeParse(withFiles(env))
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`)
    throw new ConfigError(`The configuration is not valid.\n  ${lines.join('\n  ')}`)
  }
  requireSense(parsed.data)
  requireBucket(parsed.data)
  const { PUBLIC_ORIGIN, ALLOWED_ORIGINS } = parsed.data
  return Object.freeze({ ...parsed.data, origins: new Set([PUBLIC_ORIGIN, ...ALLOWED_ORIGINS]) })
}

/** Settings of which the first, with so much beside it, may not be above the second, and what would be without that. */
const relations = [
  // What a frame names beside the words takes less; pictures with their texts, and what JSON escapes, may take more.
  ['MESSAGE_MAX_BYTES', 'FRAME_MAX_BYTES', 'the longest messages would come in no frame', 256],
  ['SOCKET_SOFT_BYTES', 'SOCKET_HARD_BYTES', 'a slow socket would be closed before anything is dropped', 0],
  ['FLUSH_ENTRIES', 'BUFFER_MAX_ENTRIES', 'a room that is spoken in fast would be full before it is flushed', 0],
  ['FLUSH_BYTES', 'BUFFER_MAX_BYTES', 'a room that is spoken in fast would be full before it is flushed', 0],
] as const

function requireSense(config: Settings): void {
  const lines = relations
    .filter(([name, most, , beside]) => config[name] + beside > config[most])
    .map(([name, most, why, beside]) => {
      const first = `${name}=${config[name]} ${beside === 0 ? 'is' : `and ${beside} are`}`
      return `${first} more than ${most}=${config[most]}: ${why}`
    })
  if (lines.length > 0) throw new ConfigError(`The configuration contradicts itself.\n  ${lines.join('\n  ')}`)
}

function requireBucket(config: Settings): void {
  if (config.MEDIA_STORAGE !== 's3') return
  if (config.MEDIA_S3_BUCKET === undefined) throw new ConfigError('MEDIA_S3_BUCKET: MEDIA_STORAGE=s3 needs a bucket')
  if (!config.MEDIA_BASE_URL.startsWith('http')) {
    throw new ConfigError(
      'MEDIA_BASE_URL: with MEDIA_STORAGE=s3 it is where browsers find the folder `public` of the bucket',
    )
  }
  if ((config.MEDIA_S3_ACCESS_KEY === undefined) !== (config.MEDIA_S3_SECRET_KEY === undefined)) {
    throw new ConfigError('MEDIA_S3_ACCESS_KEY and MEDIA_S3_SECRET_KEY: give both or neither')
  }
}

/** Names and values of limits that were raised above their default, so that a process can say so when it starts. */
export function raisedLimits(config: Config): Record<string, number> {
  const raised: Record<string, number> = {}
  for (const name of limitNames) {
    const standard = settings[name].parse(undefined)
    if (config[name] > standard) raised[name] = config[name]
  }
  return raised
}

const limitNames = [
  'SESSIONS_PER_ACCOUNT',
  'PASSWORD_HASHES_WAITING',
  'SIGN_IN_PER_MINUTE',
  'SIGN_UP_PER_HOUR',
  'REQUESTS_PER_MINUTE',
  'FOLLOWS_MAX',
  'BLOCKS_MAX',
  'RELATIONS_PER_MINUTE',
  'PEOPLE_SEARCHES_PER_MINUTE',
  'POSTS_PER_HOUR',
  'COMMENTS_PER_HOUR',
  'EDITS_PER_HOUR',
  'LIKES_PER_MINUTE',
  'ROOMS_PER_MENTOR',
  'INVITATIONS_PER_ROOM',
  'INVITATIONS_PER_MINUTE',
  'ROOM_CHANGES_PER_MINUTE',
  'CLOSINGS_PER_MINUTE',
  'SEATS_MAX',
  'ADMIN_EXPORTS_PER_MINUTE',
  'FRAME_MAX_BYTES',
  'MESSAGE_MAX_BYTES',
  'FRAMES_PER_SECOND',
  'FRAMES_BURST',
  'MESSAGES_PER_SECOND',
  'SOCKETS_PER_ACCOUNT',
  'SOCKETS_PER_ADDRESS',
  'ROOMS_PER_SOCKET',
  'STREAMS_PER_ACCOUNT',
  'STREAMS_PER_ADDRESS',
  'STREAM_OPENS_PER_MINUTE',
  'STREAM_MAX_BYTES',
  'BUFFER_MAX_ENTRIES',
  'BUFFER_MAX_BYTES',
  'MEDIA_MAX_BYTES',
  'MEDIA_MAX_PIXELS',
  'MEDIA_UPLOADS_PER_HOUR',
  'MEDIA_DECODES_AT_ONCE',
  'MEDIA_DECODES_WAITING',
  'MEDIA_BYTES_PER_ACCOUNT',
] as const

/** Name, default, possible values and meaning of every setting, for .env.example and docs/configuration.md. */
export function describeSettings(): { name: string; standard: string; values: string; meaning: string }[] {
  return Object.entries(settings).map(([name, type]) => {
    const standard = type.safeParse(undefined)
    return {
      name,
      standard: standard.success && standard.data !== undefined && name !== 'SERVER_NAME' ? String(standard.data) : '',
      values: [valuesOf(type), ...mostOf(name)].join(', '),
      meaning: type.description ?? '',
    }
  })
}

function mostOf(name: string): string[] {
  return relations
    .filter(([less]) => less === name)
    .map(([, most, , beside]) => `at most \`${most}\`${beside === 0 ? '' : ` less ${beside}`}`)
}

function valuesOf(type: z.ZodType): string {
  const shape = z.toJSONSchema(type, { unrepresentable: 'any' })
  if (shape.enum !== undefined) return shape.enum.map((value) => `\`${String(value)}\``).join(', ')
  if (shape.minimum === undefined || shape.maximum === undefined) return 'text'
  const [least, most] = [shape.minimum, shape.maximum].map((bound) => bound.toLocaleString('en-US'))
  return `${least} to ${most}`
}

/** Empty variables count as absent: compose writes them for settings without a value. */
function withFiles(env: NodeJS.ProcessEnv): Record<string, string> {
  const values: Record<string, string> = {}
  for (const name of Object.keys(settings)) {
    const file = env[`${name}_FILE`]
    const value = file ? readSecret(name, file) : env[name]
    if (value) values[name] = value
  }
  return values
}

function readSecret(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw new ConfigError(`${name}_FILE: cannot read ${file}`, { cause: error })
  }
}
