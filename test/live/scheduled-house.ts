import { encodeLine } from '../../src/live/event.ts'
import { Hub } from '../../src/live/hub.ts'
import type { AccountId } from '../../src/platform/ids.ts'
import type { PlacedEvents } from '../../src/live/store.ts'
import { Moments } from '../support/moments.ts'
import { Happenings, readStatement } from './happenings.ts'
import type { Happening } from './happenings.ts'
import { ScheduledReader } from './scheduled-reader.ts'
import { maxEvents, never, quiet } from './scheduled-settings.ts'

/** What happened, two servers that tell of it, and whoever listens. Whatever a server would wait for comes when a test lets it. */
export class ScheduledHouse {
  readonly truth = new Happenings()
  readonly moments = new Moments()
  readonly servers: ScheduledServer[]
  readonly readers: ScheduledReader[]
  /** What must not be, in the order in which it was. */
  readonly faults: unknown[] = []

  constructor(accounts: readonly AccountId[]) {
    this.servers = [new ScheduledServer(this), new ScheduledServer(this)]
    this.readers = accounts.map((account) => new ScheduledReader(this, account))
  }

  happen(happenings: readonly Happening[]): void {
    const message = Buffer.from(
      this.truth
        .add(...happenings)
        .map(encodeLine)
        .join('\n'),
    )
    for (const server of this.servers) server.underway.push(message)
  }

  holds(isSo: boolean, what: string): void {
    if (!isSo) this.faults.push(new Error(what))
  }

  /** Until everybody listens, has read everything, and nothing moves any more. Pub/sub says nothing of what is still under way. */
  async settle(): Promise<void> {
    for (let round = 0; round < 200; round += 1) {
      for (const { hub, isUp } of this.servers)
        if (isUp) hub.catchUp().catch((error: unknown) => this.faults.push(error))
      await this.moments.rest()
      for (const reader of this.readers) if (reader.stream === undefined) reader.comeBack(this.servers[0]!)
      const isStill = this.readers.map((reader) => reader.read()).every((chunks) => chunks === 0)
      await new Promise((resolve) => setImmediate(resolve))
      if (isStill && this.moments.isStill && this.servers.every(({ isUp }) => isUp)) return
    }
    this.faults.push(new Error('it never comes to rest'))
  }

  close(): void {
    for (const reader of this.readers) reader.leave()
    for (const server of this.servers) void server.hub.stop()
  }
}

export class ScheduledServer {
  hub: Hub
  isUp = false
  /** Messages of pub/sub that have not come yet. */
  underway: Buffer[] = []
  readonly #house: ScheduledHouse
  #hear: (message: Buffer) => void = () => undefined
  #resubscribed: () => void = () => undefined

  constructor(house: ScheduledHouse) {
    this.#house = house
    this.hub = this.#start()
  }

  /** One that is `kept` comes once more. */
  deliver(choice: number, isKept: boolean): void {
    const index = choice % this.underway.length
    const message = this.underway[index]
    if (message === undefined) return
    if (!isKept) this.underway.splice(index, 1)
    this.#hear(message)
  }

  lose(choice: number): void {
    this.underway.splice(choice % Math.max(1, this.underway.length), 1)
  }

  reconnect(): void {
    this.#resubscribed()
  }

  restart(): void {
    for (const reader of this.#house.readers) if (reader.server === this) reader.leave()
    void this.hub.stop()
    this.hub = this.#start()
  }

  #start(): Hub {
    this.isUp = false
    this.underway = []
    this.#hear = () => undefined
    this.#resubscribed = () => undefined
    const hub = new Hub({
      placed: this.#placed(),
      broker: {
        subscribe: async (_, hear) => {
          await this.#house.moments.turn()
          if (this.hub === hub) this.#hear = hear
          return () => undefined
        },
        onResubscribed: (listener) => {
          this.#resubscribed = listener
          return () => undefined
        },
      },
      ...{ log: quiet, recent: { maxEvents, maxBytes: 1_000_000 }, readStatement, checkMs: never },
    })
    this.#begun(hub).catch((error: unknown) => this.#house.faults.push(error))
    return hub
  }

  async #begun(hub: Hub): Promise<void> {
    await hub.start()
    if (this.hub === hub) this.isUp = true
    else await hub.stop()
  }

  /** Each question is answered by what was so in the middle of it. */
  #placed(): PlacedEvents {
    const { moments, truth } = this.#house
    const ask = async <T>(answer: () => T): Promise<T> => {
      await moments.turn()
      const answered = answer()
      await moments.turn()
      return answered
    }
    return { last: () => ask(() => truth.head), after: (position, limit) => ask(() => truth.after(position, limit)) }
  }
}
