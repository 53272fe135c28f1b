import { randomUUID } from 'node:crypto'
import { within } from './lifecycle.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import { closeRedis, connectRedis } from './redis.ts'
import type { Redis } from './redis.ts'
import { watchRedis } from './redis-metrics.ts'

type OnMessage = (message: Buffer) => void

const pingMs = 5000

/**
 * Redis pub/sub, as what it is: at most once. It says when messages may have been missed (`onResubscribed`), and the
 * listeners look for themselves what they lack.
 */
export class Broker {
  readonly #subscriber: Redis
  readonly #publisher: Redis
  readonly #listeners = new Map<string, Set<OnMessage>>()
  readonly #afterGap = new Set<() => void>()
  readonly #log: Log
  readonly #ping: NodeJS.Timeout

  constructor(options: { url: string; publisher: Redis; log: Log; metrics?: Metrics }) {
    this.#log = options.log
    this.#publisher = options.publisher
    this.#subscriber = connectRedis({
      url: options.url,
      purpose: 'subscriber',
      name: 'subscriber',
      onError: (error) => this.#log.warn({ err: error }, 'redis subscriber'),
    })
    if (options.metrics !== undefined) watchRedis(options.metrics, this.#subscriber, 'subscriber')
    this.#subscriber.on('ready', () => void this.#subscribeAgain())
    this.#subscriber.on('messageBuffer', (channel: Buffer, message: Buffer) => this.#deliver(channel, message))
    // Who only listens cannot tell silence from a connection that is gone.
    this.#ping = setInterval(() => {
      if (this.#subscriber.status === 'ready') this.#subscriber.ping().catch(() => undefined)
    }, pingMs)
  }

  /** Resolves when Redis has confirmed the subscription: what is published afterwards is heard or announced as a gap. */
  async subscribe(channel: string, onMessage: OnMessage): Promise<() => void> {
    const listeners = this.#listeners.get(channel) ?? new Set()
    this.#listeners.set(channel, listeners)
    listeners.add(onMessage)
    const unsubscribe = (): void => this.#unsubscribe(channel, onMessage)
    try {
      // Also when the channel is subscribed already: that may not have been confirmed yet.
      await this.#subscriber.subscribe(channel)
    } catch (error) {
      unsubscribe()
      throw error
    }
    return unsubscribe
  }

  async publish(channel: string, message: string | Buffer): Promise<void> {
    await this.#publisher.publish(channel, message)
  }

  /** Called after every reconnect, when the subscriptions stand again. Returns a function that forgets the listener. */
  onResubscribed(listener: () => void): () => void {
    this.#afterGap.add(listener)
    return () => this.#afterGap.delete(listener)
  }

  /** Sends a message to itself through Redis: proof that what others publish can be heard. */
  async probe(timeoutMs: number): Promise<void> {
    const channel = `probe:${randomUUID()}`
    const heard = Promise.withResolvers<void>()
    const unsubscribe = await within(
      timeoutMs,
      'subscribe',
      this.subscribe(channel, () => heard.resolve()),
    )
    try {
      await this.publish(channel, '1')
      await within(timeoutMs, 'pub/sub loop-back', heard.promise)
    } finally {
      unsubscribe()
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#ping)
    this.#listeners.clear()
    await closeRedis(this.#subscriber)
  }

  #unsubscribe(channel: string, onMessage: OnMessage): void {
    const listeners = this.#listeners.get(channel)
    if (listeners === undefined || !listeners.delete(onMessage) || listeners.size > 0) return
    this.#listeners.delete(channel)
    this.#subscriber.unsubscribe(channel).catch(() => undefined)
  }

  async #subscribeAgain(): Promise<void> {
    const channels = [...this.#listeners.keys()]
    try {
      if (channels.length > 0) await this.#subscriber.subscribe(...channels)
      for (const listener of this.#afterGap) listener()
    } catch (error) {
      this.#log.warn({ err: error }, 'subscribing again failed')
    }
  }

  #deliver(channel: Buffer, message: Buffer): void {
    const listeners = this.#listeners.get(channel.toString())
    if (listeners === undefined) return
    for (const listener of listeners) {
      try {
        listener(message)
      } catch (error) {
        // A message that cannot be read must not end the process; listeners find what they lack by themselves.
        this.#log.error({ err: error, channel: channel.toString() }, 'a message could not be taken')
      }
    }
  }
}
