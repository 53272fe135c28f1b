import { Ticker } from '../platform/lifecycle.ts'
import type { Log } from '../platform/log.ts'
import type { Redis } from '../platform/redis.ts'

export interface BudgetOptions {
  redis: Redis
  log: Log
  /** Bytes; without it Redis' own `maxmemory` counts, and without that there is no budget. */
  maxBytes: number | undefined
  fullPercent: number
  everyMs: number
}

/** Looks at the memory of Redis every few seconds: sends are refused long before Redis itself has to refuse. */
export class Budget {
  readonly #options: BudgetOptions
  readonly #ticker: Ticker
  #isOver = false
  #used: number | undefined
  #bytes: number | undefined

  constructor(options: BudgetOptions) {
    this.#options = options
    this.#ticker = new Ticker({
      everyMs: options.everyMs,
      work: () => this.look(),
      onError: (error) => options.log.warn({ err: error }, 'the memory of redis could not be read'),
    }).start({ isImmediate: true })
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Bytes that Redis uses; undefined until it has said so. */
  get used(): number | undefined {
    return this.#used
  }

  /** Undefined where there is no budget. */
  get bytes(): number | undefined {
    return this.#bytes
  }

  get fullPercent(): number {
    return this.#options.fullPercent
  }

  async look(): Promise<void> {
    const info = await this.#options.redis.info('memory')
    const used = numberOf(info, 'used_memory')
    const budget = this.#options.maxBytes ?? numberOf(info, 'maxmemory')
    const isOver = budget > 0 && used * 100 > budget * this.#options.fullPercent
    if (isOver !== this.#isOver) this.#options.log.warn({ used, budget, isOver }, 'memory budget of redis')
    this.#isOver = isOver
    this.#used = used
    this.#bytes = budget > 0 ? budget : undefined
  }

  stop(): Promise<void> {
    return this.#ticker.stop()
  }
}

function numberOf(info: string, field: string): number {
  return Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1] ?? 0)
}
