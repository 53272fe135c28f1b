import { systemSender } from '../ledger/index.ts'
import type { Entry, RoomEvent } from '../ledger/index.ts'
import type { AccountId } from '../platform/ids.ts'
import type { Names } from './names.ts'

/**
 * Passes the events of a room on in their order, the speakers' names at hand. As a rule that is at once; when a name must be
 * looked up first, everything behind waits.
 */
export class NamedEvents {
  readonly #names: Names
  readonly #tell: (event: RoomEvent) => void
  readonly #waiting: RoomEvent[] = []
  #isNaming = false

  constructor(names: Names, tell: (event: RoomEvent) => void) {
    this.#names = names
    this.#tell = tell
  }

  hear(event: RoomEvent): void {
    this.#waiting.push(event)
    if (!this.#isNaming) this.#tellWaiting()
  }

  #tellWaiting(): void {
    for (let event = this.#waiting[0]; event !== undefined; event = this.#waiting[0]) {
      const unnamed = event.type === 'entries' ? unnamedSpeakers(this.#names, event.entries) : []
      if (unnamed.length > 0 && !this.#isNaming) return void this.#nameFirst(unnamed)
      this.#isNaming = false
      this.#waiting.shift()
      this.#tell(event)
    }
  }

  /** Whoever stays unknown after one look is told of without a name. */
  async #nameFirst(unnamed: readonly AccountId[]): Promise<void> {
    this.#isNaming = true
    await this.#names.learn(unnamed)
    this.#tellWaiting()
  }
}

export function unnamedSpeakers(names: Names, entries: readonly Entry[]): AccountId[] {
  return names.unknownAmong(entries.map((entry) => entry.sender).filter((sender) => sender !== systemSender))
}
