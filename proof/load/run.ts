import type { Chance } from '../chance.ts'
import type { Complaints } from './complaints.ts'
import type { LoadOptions } from './contract.ts'
import type { Door } from './door.ts'
import type { Notes } from './notes.ts'

/** What every part of one run has. */
export interface Run {
  options: LoadOptions
  chance: Chance
  notes: Notes
  complaints: Complaints
  doors: readonly [Door, ...Door[]]
  tasks: Tasks
  /** Aborted when nothing new shall begin; what is unknown is still repeated. */
  ending: AbortSignal
  /** Aborted when nobody shall try any more. */
  over: AbortSignal
}

/** More under way than this, and nothing new begins: the system is away, and what piles up would only burden its return. */
const mostUnderWay = 600

/** What is under way and waited for by nobody yet. What belongs to a part counts for the whole too. */
export class Tasks {
  readonly #whole: Tasks | undefined
  #count = 0

  constructor(whole?: Tasks) {
    this.#whole = whole
  }

  get count(): number {
    return this.#count
  }

  get isFull(): boolean {
    return this.#whole === undefined ? this.#count >= mostUnderWay : this.#whole.isFull
  }

  async add(task: Promise<unknown>): Promise<void> {
    this.#move(1)
    try {
      await task
    } finally {
      this.#move(-1)
    }
  }

  #move(by: 1 | -1): void {
    this.#count += by
    if (this.#whole !== undefined) this.#whole.#move(by)
  }
}
