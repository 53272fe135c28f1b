import { lastLines } from './logs.ts'
import { Problem } from './problem.ts'
import { endLeftover, stopProcess } from './processes.ts'
import type { Started } from './processes.ts'
import { waitFor } from './wait.ts'

/** A child process that is to run for as long as the stack does. */
export interface Service {
  name: string
  log: string
  pidFile: string
  start(): Promise<Started>
  isReady(): Promise<boolean>
  /** What asks it to end in good order, and how long that may take. */
  stopSignal?: NodeJS.Signals
  stopWithinMs?: number
}

export interface SupervisorEvents {
  say(text: string): void
  /** A process id changed. */
  onChange(): void
}

/** Starts services, starts them again when they die, and stops them in the opposite order of their start. */
export class Supervisor {
  readonly #events: SupervisorEvents
  readonly #stages: Child[][] = []
  #stopping: Promise<void> | undefined

  constructor(events: SupervisorEvents) {
    this.#events = events
  }

  get pids(): Record<string, number> {
    return Object.fromEntries(this.#stages.flat().map((child) => [child.service.name, child.pid]))
  }

  /** Starts these at once and waits until all are ready; the first that fails is thrown. */
  async start(...services: readonly Service[]): Promise<void> {
    if (this.#stopping) throw new Problem('Stopped while starting')
    const children = services.map((service) => new Child(service, this.#events))
    this.#stages.push(children)
    await Promise.all(children.map((child) => child.start()))
    if (this.#stopping) throw new Problem('Stopped while starting')
    this.#events.onChange()
  }

  /** Once, however often it is asked: a second signal to a child would mean haste. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll()
    return this.#stopping
  }

  async #stopAll(): Promise<void> {
    const children = this.#stages.flat()
    for (const child of children) child.letGo()
    for (const stage of this.#stages.toReversed()) await Promise.all(stage.map((child) => child.stop()))
  }
}

const firstBackoffMs = 50
const longestBackoffMs = 10_000
/** A service that ran for this long has recovered: its next death starts with the shortest wait again. */
const steadyMs = 5000
const readyWithinMs = 60_000
/** One failed start may be bad luck, such as a Redis that is not back yet; so many in a row are for a person to read. */
const failuresToSay = 3

class Child {
  readonly service: Service
  readonly #events: SupervisorEvents
  #started: Started | undefined
  #isLetGo = false
  #deaths = 0
  /** The start under way; never rejects. */
  #starting: Promise<void> = Promise.resolve()

  constructor(service: Service, events: SupervisorEvents) {
    this.service = service
    this.#events = events
  }

  get pid(): number {
    return this.#started?.mark.pid ?? 0
  }

  start(): Promise<void> {
    const start = this.#start()
    this.#starting = start.catch(() => undefined)
    return start
  }

  /** From now on a death is not answered by a new start. */
  letGo(): void {
    this.#isLetGo = true
  }

  async stop(): Promise<void> {
    await this.#starting
    if (!this.#started) return
    const { stopSignal = 'SIGTERM', stopWithinMs = 20_000 } = this.service
    await stopProcess(this.#started.mark, { signal: stopSignal, withinMs: stopWithinMs })
    await endLeftover(this.service.pidFile)
  }

  async #start(): Promise<void> {
    const { name, log, pidFile } = this.service
    await endLeftover(pidFile)
    const started = await this.service.start()
    this.#started = started
    const outcome = await waitFor({
      isTrue: () => this.service.isReady(),
      withinMs: readyWithinMs,
      endedEarly: started.ended,
      isAbandoned: () => this.#isLetGo,
    })
    if (outcome === 'abandoned') return
    if (outcome !== 'yes') {
      const how = outcome === 'too late' ? `was not ready within ${readyWithinMs / 1000} s` : `ended (${outcome.ended})`
      throw new Problem(`${name} ${how}; the end of ${log}:\n${lastLines(log, started.logFrom)}`)
    }
    const readyAt = performance.now()
    void started.ended.then((how) => this.#onDeath(how, performance.now() - readyAt))
  }

  #onDeath(how: string, livedMs: number): void {
    if (this.#isLetGo) return
    this.#deaths = livedMs > steadyMs ? 1 : this.#deaths + 1
    void this.#restart(how)
  }

  async #restart(how: string): Promise<void> {
    const { name } = this.service
    this.#events.say(`${name} ended (${how}), starting it again`)
    const diedAt = performance.now()
    let failures = 0
    while (!this.#isLetGo) {
      if (this.#deaths > 1) await pause(Math.min(firstBackoffMs * 2 ** this.#deaths, longestBackoffMs))
      if (this.#isLetGo) return
      try {
        await this.start()
        if (this.#isLetGo) return
        this.#events.say(`${name} is back after ${((performance.now() - diedAt) / 1000).toFixed(1)} s`)
        this.#events.onChange()
        return
      } catch (error) {
        this.#deaths += 1
        failures += 1
        if (failures !== failuresToSay) continue
        const why = error instanceof Error ? error.message : String(error)
        this.#events.say(`${name} did not come back ${failures} times and is tried again and again: ${why}`)
      }
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
