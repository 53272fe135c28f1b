import type { Child } from './child.ts'
import { startChild } from './child.ts'
import type { FromReaders, ReadersPlan } from './stream-readers.ts'

/** Streams in a process of their own. Every one of them hears every event once, in order, or this fails. */
export class Readers {
  readonly #child: Child
  readonly #ready = Promise.withResolvers<void>()
  readonly #waiting = new Map<number, PromiseWithResolvers<void>>()
  #failure: Error | undefined
  /** Of the reading process, up to the last event. */
  cpuSeconds = 0

  /** Streams. */
  readonly count: number

  private constructor(child: Child, count: number) {
    this.#child = child
    this.count = count
    child.process.on('message', (message: FromReaders) => this.#hear(message))
  }

  /** Resolves when all streams are open. */
  static async open(plan: Omit<ReadersPlan, 'type'>): Promise<Readers> {
    const child = await startChild('web/stream-readers.ts')
    const readers = new Readers(child, plan.tokens.length)
    child.process.send({ type: 'open', ...plan } satisfies ReadersPlan)
    await readers.#ready.promise
    return readers
  }

  /** Resolves when all have heard the event of this number; to be called before it is told. */
  heard(number: number): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    const waiting = Promise.withResolvers<void>()
    this.#waiting.set(number, waiting)
    return waiting.promise
  }

  close(): Promise<void> {
    return this.#child.stop()
  }

  #hear(message: FromReaders): void {
    switch (message.type) {
      case 'ready':
        return this.#ready.resolve()
      case 'heard':
        this.cpuSeconds = message.cpuSeconds
        this.#waiting.get(message.number)?.resolve()
        this.#waiting.delete(message.number)
        return
      case 'failed':
        this.#failure = new Error(message.reason)
        for (const { reject } of [this.#ready, ...this.#waiting.values()]) reject(this.#failure)
        return
      default:
        return message satisfies never
    }
  }
}
