import type { Broker } from '../platform/broker.ts'
import { crashPoint } from '../platform/crash-point.ts'
import { Ticker } from '../platform/lifecycle.ts'
import type { Log } from '../platform/log.ts'
import { inTransaction } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import { encodeLine } from './event.ts'
import type { PlacedEvent } from './event.ts'
import { keys } from './keys.ts'
import { lockLastPosition, placeEvents, setLastPosition, unplacedEvents } from './store.ts'
import { sweepEvents } from './sweep.ts'

export interface RelayParts {
  sql: Sql
  broker: Pick<Broker, 'publish' | 'subscribe' | 'onResubscribed'>
  log: Log
  /** Time between two looks without a hint. */
  everyMs: number
  keepHours: number
}

const eventsAtOnce = 500
const longestWaitMs = 10_000
const messageBytes = 1_048_576
const sweepEveryMs = 60_000

/**
 * ② Gives events their positions and tells the servers. Any number of workers run one: the lock of the row in `event_relay` lets
 * them work one after the other, and who comes second finds nothing left to do.
 */
export class Relay {
  readonly #parts: RelayParts
  readonly #sweeper: Ticker
  #forgetBroker: () => void = () => undefined
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #isRung = false
  #failures = 0
  #isStopped = false

  constructor(parts: RelayParts) {
    this.#parts = parts
    this.#sweeper = new Ticker({
      everyMs: sweepEveryMs,
      work: () => sweepEvents(parts.sql, parts.keepHours),
      onError: (error) => parts.log.warn({ err: error }, 'old events could not be deleted yet'),
    })
  }

  async start(): Promise<void> {
    const forgetGap = this.#parts.broker.onResubscribed(() => this.ring())
    const unsubscribe = await this.#parts.broker.subscribe(keys.told, () => this.ring())
    this.#forgetBroker = () => {
      forgetGap()
      unsubscribe()
    }
    this.#sweeper.start({ isImmediate: true })
    this.ring()
  }

  /** There may be something to do. While MySQL fails, the timer alone decides when it is tried again. */
  ring(): void {
    this.#isRung = true
    if (this.#running === undefined && this.#failures === 0) this.#run()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    this.#forgetBroker()
    await this.#running
    await this.#sweeper.stop()
  }

  #run(): void {
    if (this.#isStopped) return
    clearTimeout(this.#timer)
    this.#running = this.#placeAll().finally(() => {
      this.#running = undefined
      const waitMs = Math.min(this.#parts.everyMs * 2 ** this.#failures, longestWaitMs)
      if (!this.#isStopped) this.#timer = setTimeout(() => this.#run(), Math.max(waitMs, this.#parts.everyMs))
      if (this.#isRung) this.ring()
    })
  }

  async #placeAll(): Promise<void> {
    try {
      let isMore = true
      while ((isMore || this.#isRung) && !this.#isStopped) {
        this.#isRung = false
        const events = await placeSome(this.#parts.sql)
        isMore = events.length === eventsAtOnce
        if (events.length > 0) crashPoint('relay: committed, not published')
        await this.#publish(events)
      }
      this.#failures = 0
    } catch (error) {
      this.#failures += 1
      this.#parts.log.warn({ err: error, failures: this.#failures }, 'events could not be relayed yet')
    }
  }

  /** What has a position is safe: servers that do not hear of it find it by themselves. */
  async #publish(events: readonly PlacedEvent[]): Promise<void> {
    try {
      for (const message of messagesOf(events)) await this.#parts.broker.publish(keys.placed, message)
    } catch (error) {
      this.#parts.log.warn({ err: error }, 'the servers could not be told of events')
    }
  }
}

/** Gives positions to the oldest events that have none, and answers them. */
export function placeSome(sql: Sql): Promise<PlacedEvent[]> {
  return inTransaction(sql, async (trx) => {
    const last = await lockLastPosition(trx)
    const unplaced = await unplacedEvents(trx, eventsAtOnce)
    if (unplaced.length === 0) return []
    const ids = unplaced.map(({ id }) => id)
    await placeEvents(trx, ids, last + 1)
    await setLastPosition(trx, last + ids.length)
    crashPoint('relay: placed, not committed')
    return unplaced.map(({ event }, index) => ({ ...event, position: last + 1 + index }))
  })
}

function messagesOf(events: readonly PlacedEvent[]): string[] {
  const messages: string[] = []
  let lines: string[] = []
  let size = 0
  for (const event of events) {
    const line = encodeLine(event)
    if (lines.length > 0 && size + line.length > messageBytes) {
      messages.push(lines.join('\n'))
      lines = []
      size = 0
    }
    lines.push(line)
    size += line.length
  }
  return lines.length === 0 ? messages : [...messages, lines.join('\n')]
}
