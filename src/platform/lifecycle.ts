import type { Log } from './log.ts'

type Closer = () => Promise<void> | void

/**
 * What was opened is closed, in the opposite order, each step bounded in time so that one that hangs does not keep the rest open.
 */
export class Lifecycle {
  readonly #closers: { name: string; close: Closer }[] = []
  readonly #log: Log
  readonly #stepMs: number
  #closing: Promise<void> | undefined

  constructor(log: Log, stepMs = 10_000) {
    this.#log = log
    this.#stepMs = stepMs
  }

  onClose(name: string, close: Closer): void {
    this.#closers.push({ name, close })
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeAll()
    return this.#closing
  }

  async #closeAll(): Promise<void> {
    for (const { name, close } of this.#closers.toReversed()) {
      try {
        await within(this.#stepMs, name, Promise.resolve(close()))
      } catch (error) {
        this.#log.error({ err: error, step: name }, 'closing failed')
      }
    }
  }
}

/**
 * Leaves the process at SIGTERM and SIGINT: at once while it starts, and, from when the function that this returns was told of `stop`, by that,
 * run once; a second signal leaves at once. The first process of a container hears no signal that nobody listens for.
 */
export function stopOnSignal(log: Log): (stop: () => Promise<void>) => void {
  let stopStarted: () => Promise<void> = () => Promise.resolve()
  let isStopping = false
  const onSignal = (signal: NodeJS.Signals): void => {
    if (isStopping) process.exit(1)
    isStopping = true
    log.info({ signal }, 'stopping')
    stopStarted().then(
      () => process.exit(0),
      (error: unknown) => {
        log.fatal({ err: error }, 'stopping failed')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  return (stop) => void (stopStarted = stop)
}

/** A timer that runs `work` every `everyMs`, never twice at once, and whose `stop` waits for the run under way. */
export class Ticker {
  readonly #work: () => Promise<void>
  readonly #everyMs: number
  readonly #onError: (error: unknown) => void
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #isStopped = false

  constructor(options: { everyMs: number; work: () => Promise<void>; onError: (error: unknown) => void }) {
    this.#everyMs = options.everyMs
    this.#work = options.work
    this.#onError = options.onError
  }

  start(options: { isImmediate: boolean } = { isImmediate: false }): this {
    this.#schedule(options.isImmediate ? 0 : this.#everyMs)
    return this
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    await this.#running
  }

  #schedule(afterMs: number): void {
    if (this.#isStopped) return
    this.#timer = setTimeout(() => {
      this.#running = this.#run()
    }, afterMs)
  }

  async #run(): Promise<void> {
    try {
      await this.#work()
    } catch (error) {
      this.#onError(error)
    }
    this.#schedule(this.#everyMs)
  }
}

/** Rejects when `promise` takes longer than `ms`. The work itself goes on: the caller decides what that means. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: no answer within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([promise, deadline])
  } finally {
    clearTimeout(timer)
  }
}
