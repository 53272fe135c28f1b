import type { Log } from '../platform/log.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { Sql } from '../platform/mysql.ts'
import { Survey } from '../platform/survey.ts'
import type { Hub } from './hub.ts'
import { relayBacklog } from './store.ts'
import type { Streams } from './streams.ts'

/** What a server shows of its streams. How late they are is the relay's last position less that of the server, and what each stream lags behind it. */
export function showStreams(
  metrics: Metrics,
  { hub, streams }: { hub: Pick<Hub, 'position'>; streams: Pick<Streams, 'counts' | 'size' | 'furthestBehind'> },
): void {
  metrics.show('gauge', { name: 'madang_streams', help: 'Event streams that are open' }, () => streams.size)
  metrics.show(
    'counter',
    { name: 'madang_streams_opened_total', help: 'Event streams that were opened' },
    () => streams.counts.opened,
  )
  metrics.show(
    'counter',
    {
      name: 'madang_streams_cut_off_total',
      help: 'Event streams that were cut off because their client took too little',
    },
    () => streams.counts.cutOff,
  )
  metrics.show(
    'counter',
    { name: 'madang_stream_gaps_total', help: 'Times that a client was told to reload what its stream could not tell' },
    () => streams.counts.gaps,
  )
  metrics.show(
    'gauge',
    { name: 'madang_stream_position', help: 'Position of the last event that this server has told its streams' },
    () => hub.position,
  )
  metrics.show(
    'gauge',
    { name: 'madang_stream_lag_events', help: 'Events that the stream which is furthest behind has still to be told' },
    () => streams.furthestBehind,
  )
}

/** What waits for a relay, as a worker shows it. */
export function showRelayBacklog({ sql, metrics, log }: { sql: Sql; metrics: Metrics; log: Log }): void {
  const backlog = new Survey({ name: 'relay', ask: () => relayBacklog(sql), metrics, log })
  metrics.show(
    'gauge',
    { name: 'madang_events_waiting', help: 'Events that no relay has told the servers yet; 10,000 at most' },
    async () => (await backlog.read())?.events,
  )
  metrics.show(
    'gauge',
    { name: 'madang_events_oldest_seconds', help: 'Age of the oldest event that no relay has told the servers yet' },
    async () => (await backlog.read())?.oldestSeconds,
  )
  metrics.show(
    'gauge',
    { name: 'madang_events_position', help: 'Position of the last event that a relay has told the servers' },
    async () => (await backlog.read())?.position,
  )
}
