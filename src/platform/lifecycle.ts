import { setTimeout as passed } from 'node:timers/promises'
import { flushLog } from './log.ts'
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
 * run once; a second signal leaves within a second. The first process of a container hears no signal that nobody listens for.
 */
export function stopOnSignal(log: Log): (stop: () => Promise<void>) => void {
  let stopStarted: () => Promise<void> = () => Promise.resolve()
  let isStopping = false
  const onSignal = (signal: NodeJS.Signals): void => {
    if (isStopping) return void endProcess(1, log)
    isStopping = true
    log.info({ signal }, 'stopping')
    void stopStarted().then(
      () => endProcess(0, log),
      (error: unknown) => {
        log.fatal({ err: error }, 'stopping failed')
        return endProcess(1, log)
      },
    )
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  return (stop) => void (stopStarted = stop)
}

const fileCallsMs = 1000

/**
 * Ends this process with a code, also where a disk is away: Node waits at its end for each call of the file system that is under way. Where one
 * is after a second, Node itself takes the place of this process and ends with the code, or aborts where its program is gone. A SIGKILL of its own is
 * not heard by the first process of a container.
 */
export async function endProcess(code: number, log?: Log): Promise<never> {
  const deadline = performance.now() + fileCallsMs
  while (areFilesAsked() && performance.now() < deadline) await passed(20)
  if (areFilesAsked()) {
    log?.warn('a call of the file system is still under way: this process ends without it')
    flushLog()
    // What the system needs to start Node stays, and nothing that tells Node to do more.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('NODE_')))
    process.execve?.(process.execPath, ['node', '-e', `process.exit(${code})`], env)
  }
  process.exit(code)
}

function areFilesAsked(): boolean {
  return process.getActiveResourcesInfo().some((name) => /^(?:FSReq|FileHandleCloseReq)/.test(name))
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
