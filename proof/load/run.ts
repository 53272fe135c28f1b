import type { Chance } from './chance.ts'
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

/** What is under way and waited for by nobody yet. */
export class Tasks {
  #count = 0

  get count(): number {
    return this.#count
  }

  get isFull(): boolean {
    return this.#count >= mostUnderWay
  }

  async add(task: Promise<unknown>): Promise<void> {
    this.#count += 1
    try {
      await task
    } finally {
      this.#count -= 1
    }
  }
}
