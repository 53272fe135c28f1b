import { sleep } from '../faults/fault.ts'
import type { Effect, Injected, Patient } from '../faults/fault.ts'
import { Chance } from '../chance.ts'
import { now } from '../history/history.ts'
import type { History } from '../history/history.ts'
import type { Planned } from './schedule.ts'

/** What came of a fault of the schedule. */
export interface Tried {
  fault: string
  outcome: 'done' | 'nothing' | 'failed'
  /** In words; of a failure the error. */
  detail: string
}

/** How long making or undoing one takes at most, unless it says otherwise: what it needs may be under another fault. */
const patienceMs = 60_000
const healAgainMs = 500
const lookAgainMs = 100

/** The longest that a schedule can take to come to its end once its time is over. */
export function longestOf(planned: readonly Planned[]): number {
  return 2 * Math.max(patienceMs, ...planned.map(({ fault }) => fault.patienceMs ?? 0))
}

/** Carries out a schedule and writes it into the history. */
export class Faulting {
  readonly #patient: Patient
  readonly #history: History
  readonly #under = new Set<string>()
  readonly #heals = new Map<Planned, Injected>()
  readonly #timers: NodeJS.Timeout[] = []
  readonly #running = new Set<Promise<void>>()
  readonly #tried: Tried[] = []

  constructor(patient: Patient, history: History) {
    this.#patient = patient
    this.#history = history
  }

  /** Names of the faults that are there right now. */
  get now(): readonly string[] {
    return [...this.#under]
  }

  /** What came of each that is over, in the order in which they came to their ends. */
  get tried(): readonly Tried[] {
    return this.#tried
  }

  begin(planned: readonly Planned[]): void {
    for (const one of planned) this.#timers.push(setTimeout(() => this.#run(this.#inject(one)), one.atMs))
  }

  /** Nothing new, and everything undone. Some of what is still being made waits for what another fault has taken away. */
  async end(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer)
    while (this.#heals.size > 0 || this.#running.size > 0) {
      for (const planned of this.#heals.keys()) this.#run(this.#heal(planned))
      await Promise.race(this.#running)
    }
  }

  #run(work: Promise<void>): void {
    const running = work.finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  async #inject(planned: Planned): Promise<void> {
    const { fault, forMs } = planned
    this.#under.add(fault.name)
    this.#note('log', fault.name, `${fault.says}${begins}`)
    const began = now()
    try {
      const making = this.#made(planned)
      const injected = await within(making, fault.patienceMs).catch((error: unknown) => {
        void undoLate(making)
        throw error
      })
      // What found nothing to do has taken nothing away, and excuses no loss.
      if (injected.isNothing !== true) this.#note('fault', fault.name, injected.detail, began)
      this.#heals.set(planned, injected)
      if (injected.heal === undefined) return await this.#heal(planned)
      this.#timers.push(setTimeout(() => this.#run(this.#heal(planned)), forMs))
    } catch (error) {
      this.#failed(fault.name, `could not be made: ${wordsOf(error)}`)
    }
  }

  async #made({ fault, forMs, seed, mustHit = false }: Planned): Promise<Injected> {
    const chance = new Chance(seed)
    const deadline = performance.now() + (fault.patienceMs ?? patienceMs)
    for (;;) {
      const injected = await fault.inject(this.#patient, chance, forMs)
      if (injected.isNothing !== true || !mustHit || performance.now() > deadline) return injected
      await injected.heal?.()
      await sleep(lookAgainMs)
    }
  }

  async #heal(planned: Planned): Promise<void> {
    const { fault, mustHit = false } = planned
    const injected = this.#heals.get(planned)
    if (injected === undefined) return
    this.#heals.delete(planned)
    if (mustHit) await untilHit(injected)
    try {
      const effect = { ...injected, ...(await healed(injected, fault.patienceMs ?? patienceMs)) }
      this.#under.delete(fault.name)
      const { isNothing = false, detail } = effect
      this.#tried.push({ fault: fault.name, outcome: isNothing ? 'nothing' : 'done', detail })
      if (injected.isNothing === true) this.#note('log', fault.name, `nothing to do: ${detail}`)
      else this.#note('healed', fault.name, detail)
    } catch (error) {
      this.#failed(fault.name, `could not be undone: ${wordsOf(error)}`)
    }
  }

  #failed(name: string, detail: string): void {
    this.#under.delete(name)
    this.#tried.push({ fault: name, outcome: 'failed', detail })
    this.#note('log', name, detail)
  }

  #note(what: 'fault' | 'healed' | 'log', name: string, detail: string, at = now()): void {
    this.#history.add({ what, at, name, detail })
  }
}

/** Ends what the history says of a fault that is about to be made. */
export const begins = ': begins'

/** Or until nobody believes any more that it will hit anything. */
async function untilHit({ hasHit }: Injected): Promise<void> {
  const deadline = performance.now() + patienceMs
  // Who is asked may be under another fault.
  const look = async (): Promise<boolean> => (await within(hasHit?.() ?? true).catch(() => false)) === true
  while (!(await look()) && performance.now() < deadline) await sleep(lookAgainMs)
}

/** Again and again: what has to be told to let go may itself be under another fault. */
async function healed({ heal }: Injected, withinMs: number): Promise<Effect | void> {
  const deadline = performance.now() + withinMs
  for (;;) {
    try {
      return await within(heal?.(), deadline - performance.now())
    } catch (error) {
      if (performance.now() + healAgainMs > deadline) throw error
      await sleep(healAgainMs)
    }
  }
}

/** Nobody waits for it any more, and it must not stay. */
async function undoLate(making: Promise<Injected>): Promise<void> {
  try {
    await (await making).heal?.()
  } catch {
    // It was never made, or goes with the stack that is thrown away now.
  }
}

async function within<T>(work: Promise<T> | T, withinMs = patienceMs): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`took more than ${Math.round(withinMs / 1000)} s`)), withinMs)
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
