import type { Config } from '../config.ts'
import type { Broker } from '../platform/broker.ts'
import type { Log } from '../platform/log.ts'
import { Metrics } from '../platform/metrics.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Live, ReadStatement } from './contract.ts'
import { Hub } from './hub.ts'
import { showStreams } from './metrics.ts'
import { placedEvents } from './store.ts'
import { Relay } from './relay.ts'
import { liveRoutes } from './routes.ts'
import type { HiddenFrom } from './stream.ts'
import { Streams } from './streams.ts'
import { createTelling } from './telling.ts'

export * from './contract.ts'
export { streamChannel } from './channel.ts'
export { countListening } from './listening.ts'
export { showRelayBacklog } from './metrics.ts'
export { startStreamOver } from './start-over.ts'
export { createTelling } from './telling.ts'
export type { HiddenFrom } from './stream.ts'
export type { Relay } from './relay.ts'

export interface LiveOptions {
  sql: Sql
  broker: Broker
  config: Config
  log: Log
  /** Whose doings a person is not told of. */
  hiddenFrom: HiddenFrom
  /** What the events of all domains say of things that come and go. */
  readStatement: ReadStatement
  /** Where it shows its numbers; without it nobody sees them. */
  metrics?: Metrics
}

/** The live stream as a web server has it. */
export function createLive(options: LiveOptions): Live {
  const { sql, broker, config, log, hiddenFrom, readStatement } = options
  const hub = new Hub({
    ...{ placed: placedEvents(sql), broker, log, readStatement },
    recent: { maxEvents: config.STREAM_RESUME_MAX_EVENTS, maxBytes: config.STREAM_RESUME_MAX_BYTES },
    checkMs: config.EVENTS_CHECK_MS,
  })
  const streams = new Streams({
    ...{ hub, hiddenFrom, log },
    heartbeatMs: config.STREAM_HEARTBEAT_SECONDS * 1000,
    lifeMs: config.STREAM_LIFE_SECONDS * 1000,
    retryMs: config.STREAM_RETRY_MS,
    limits: {
      perAccount: config.STREAMS_PER_ACCOUNT,
      perAddress: config.STREAMS_PER_ADDRESS,
      maxBytes: config.STREAM_MAX_BYTES,
    },
  })
  showStreams(options.metrics ?? new Metrics(), { hub, streams })
  return {
    routes: liveRoutes({ streams, opensPerMinute: config.STREAM_OPENS_PER_MINUTE }),
    transaction: createTelling({ sql, broker, log }),
    cursor: () => String(hub.position),
    sessions: () => streams.sessions(),
    sessionsEnded: (sessions) => streams.endSessions(sessions),
    start: () => hub.start(),
    drain: () => streams.drain(),
    async stop() {
      await streams.drain()
      await hub.stop()
    },
  }
}

export interface RelayOptions {
  sql: Sql
  broker: Broker
  config: Config
  log: Log
}

/** The relay as a worker has it. Begins with `start`. */
export function createRelay(options: RelayOptions): Relay {
  const { sql, broker, config, log } = options
  return new Relay({ sql, broker, log, everyMs: config.EVENTS_RELAY_MS, keepHours: config.EVENTS_KEEP_HOURS })
}
