import type { Broker } from '../platform/broker.ts'
import { Ticker } from '../platform/lifecycle.ts'
import type { Log } from '../platform/log.ts'
import { Batch } from './batch.ts'
import type { ReadStatement } from './contract.ts'
import { decodeLine } from './event.ts'
import type { PlacedEvent } from './event.ts'
import { keys } from './keys.ts'
import { RecentEvents } from './recent.ts'
import type { PlacedEvents } from './store.ts'

export interface HubParts {
  /** As MySQL has them. */
  placed: PlacedEvents
  broker: Pick<Broker, 'subscribe' | 'onResubscribed'>
  log: Log
  recent: { maxEvents: number; maxBytes: number }
  readStatement: ReadStatement
  checkMs: number
}

/** Whoever wants to hear of events as they come. */
export interface Listener {
  /** These events follow on those told before. */
  tell(batch: Batch): void
  /** The sequence did not go on where it was: look in `recent`. */
  jump(): void
}

const eventsAtOnce = 500
const mostHeard = 5000

/**
 * ③ The events as this server knows them: in the order of their positions, each once, without a hole. Pub/sub is the fast way and may
 * lose what it likes; what is missing shows as a hole, after a reconnect, or by a look at the last position, and is read from MySQL.
 */
export class Hub {
  readonly recent: RecentEvents
  readonly #parts: HubParts
  readonly #listeners = new Set<Listener>()
  readonly #ticker: Ticker
  #forgetBroker: () => void = () => undefined
  #catchingUp: Promise<void> | undefined
  #isAskedAgain = false
  /** Heard and not yet applied. */
  #heard: PlacedEvent[] = []
  #soon: NodeJS.Immediate | undefined
  #isStopped = false

  constructor(parts: HubParts) {
    this.#parts = parts
    this.recent = new RecentEvents(parts.recent)
    this.#ticker = new Ticker({
      everyMs: parts.checkMs,
      work: () => this.catchUp(),
      onError: (error) => parts.log.warn({ err: error }, 'events could not be compared'),
    })
  }

  /** Everything up to here has been applied. */
  get position(): number {
    return this.recent.last
  }

  async start(): Promise<void> {
    const forgetGap = this.#parts.broker.onResubscribed(() => this.#catchUpAlone())
    const last = await this.#parts.placed.last()
    this.recent.beginAt(Math.max(0, last - this.#parts.recent.maxEvents))
    const unsubscribe = await this.#parts.broker.subscribe(keys.placed, (message) => this.#hear(message))
    this.#forgetBroker = () => {
      forgetGap()
      unsubscribe()
    }
    await this.catchUp()
    this.#ticker.start()
  }

  /** From the present position on. Returns a function that forgets the listener. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Resolves when everything that had a position at the time of the call has been applied. Rejects when MySQL does not answer. */
  catchUp(): Promise<void> {
    this.#isAskedAgain = true
    this.#catchingUp ??= this.#readWhatIsMissing()
    return this.#catchingUp
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearImmediate(this.#soon)
    this.#forgetBroker()
    await this.#ticker.stop()
    await this.#catchingUp?.catch(() => undefined)
  }

  #hear(message: Buffer): void {
    const events = message.toString().split('\n').map(decodeLine)
    if (this.#heard.length < mostHeard) this.#heard.push(...events)
    else this.#isAskedAgain = true
    // What came in one turn of the event loop leaves in one write.
    this.#soon ??= setImmediate(() => {
      this.#soon = undefined
      if (this.#catchingUp === undefined) this.#applyWhatWasHeard()
      if (this.#isAskedAgain) this.#catchUpAlone()
    })
  }

  async #readWhatIsMissing(): Promise<void> {
    try {
      while (this.#isAskedAgain && !this.#isStopped) {
        this.#isAskedAgain = false
        const known = this.position
        const last = await this.#parts.placed.last()
        if (last < known) this.#fallBack(last)
        while (this.position < last && !this.#isStopped) await this.#readSome(last)
        this.#applyWhatWasHeard()
      }
    } finally {
      // In this very step: who asks after the last look must begin another one.
      this.#catchingUp = undefined
      this.#heard = []
    }
  }

  async #readSome(last: number): Promise<void> {
    const events = await this.#parts.placed.after(this.position, eventsAtOnce)
    const [first] = events
    if (first === undefined) return this.#jumpTo(last)
    if (first.position !== this.position + 1) this.#jumpTo(first.position - 1)
    this.#apply(events)
  }

  /** As far as there is no hole. Where there is one, MySQL is asked. */
  #applyWhatWasHeard(): void {
    const heard = this.#heard.toSorted((one, other) => one.position - other.position)
    this.#heard = []
    const next: PlacedEvent[] = []
    for (const event of heard) {
      const expected = this.position + next.length + 1
      if (event.position === expected) next.push(event)
      else if (event.position > expected) this.#isAskedAgain = true
    }
    if (next.length > 0) this.#apply(next)
  }

  /** Events that are no longer kept lie between, or nobody has them. */
  #jumpTo(position: number): void {
    this.recent.beginAt(position)
    for (const listener of this.#listeners) listener.jump()
  }

  /** MySQL has come back as it was before: what came after is not true any more. */
  #fallBack(position: number): void {
    this.#parts.log.error({ from: this.position, to: position }, 'MySQL knows fewer events than were told')
    this.#heard = []
    this.#jumpTo(position)
  }

  /** Nobody waits for it; what fails is tried again by the timer. */
  #catchUpAlone(): void {
    this.catchUp().catch((error: unknown) => this.#parts.log.warn({ err: error }, 'events could not be caught up'))
  }

  #apply(events: readonly PlacedEvent[]): void {
    const batch = new Batch(events.map((event) => this.recent.add(event, this.#parts.readStatement(event))))
    for (const listener of this.#listeners) listener.tell(batch)
  }
}
