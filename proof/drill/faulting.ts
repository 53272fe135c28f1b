import type { Patient } from '../faults/fault.ts'
import { seededRandom } from '../faults/random.ts'
import { now } from '../history/history.ts'
import type { History } from '../history/history.ts'
import type { Planned } from './schedule.ts'

/** A fault that could not be made or undone says so, and is no reason to end a run. */
const patienceMs = 20_000

/** Carries out a schedule and writes it into the history. */
export class Faulting {
  readonly #patient: Patient
  readonly #history: History
  readonly #under = new Set<string>()
  readonly #heals = new Map<Planned, () => Promise<void>>()
  readonly #timers: NodeJS.Timeout[] = []
  readonly #running = new Set<Promise<void>>()

  constructor(patient: Patient, history: History) {
    this.#patient = patient
    this.#history = history
  }

  /** Names of the faults that are there right now. */
  get now(): readonly string[] {
    return [...this.#under]
  }

  begin(planned: readonly Planned[]): void {
    for (const one of planned) this.#timers.push(setTimeout(() => this.#run(this.#inject(one)), one.atMs))
  }

  /** Nothing new, and everything undone. */
  async end(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer)
    await Promise.all(this.#running)
    for (const planned of this.#heals.keys()) await this.#heal(planned)
    await Promise.all(this.#running)
  }

  #run(work: Promise<void>): void {
    const running = work.finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  async #inject(planned: Planned): Promise<void> {
    const { fault, forMs, seed } = planned
    this.#under.add(fault.name)
    try {
      this.#note('fault', fault.name, `${fault.says}: begins`)
      const injected = await within(fault.inject(this.#patient, seededRandom(seed), forMs))
      this.#note('fault', fault.name, injected.detail)
      this.#heals.set(planned, async () => {
        const said = await within(injected.heal?.())
        this.#note('healed', fault.name, said ?? injected.detail)
      })
      if (injected.heal === undefined) return await this.#heal(planned)
      this.#timers.push(setTimeout(() => this.#run(this.#heal(planned)), forMs))
    } catch (error) {
      this.#under.delete(fault.name)
      this.#note('log', fault.name, `could not be made: ${wordsOf(error)}`)
    }
  }

  async #heal(planned: Planned): Promise<void> {
    const heal = this.#heals.get(planned)
    this.#heals.delete(planned)
    this.#under.delete(planned.fault.name)
    try {
      await heal?.()
    } catch (error) {
      this.#note('log', planned.fault.name, `could not be undone: ${wordsOf(error)}`)
    }
  }

  #note(what: 'fault' | 'healed' | 'log', name: string, detail: string): void {
    this.#history.add({ what, at: now(), name, detail })
  }
}

async function within<T>(work: Promise<T> | T): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`took more than ${patienceMs / 1000} s`)), patienceMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error)
}
