import { systemSender } from '../ledger/index.ts'
import type { Entry, RoomEvent } from '../ledger/index.ts'
import type { AccountId, MediaId } from '../platform/ids.ts'
import type { Names } from './names.ts'
import type { Pictures } from './pictures.ts'

const lookAgainMs = 500

/**
 * Passes the events of a room on in their order, the speakers' names and the pictures at hand. As a rule that is at once; when one must be
 * looked up first, everything behind waits.
 */
export class NamedEvents {
  readonly #names: Names
  readonly #pictures: Pictures
  readonly #tell: (event: RoomEvent) => void
  readonly #waiting: RoomEvent[] = []
  #isNaming = false
  #isStopped = false

  constructor(parts: { names: Names; pictures: Pictures }, tell: (event: RoomEvent) => void) {
    this.#names = parts.names
    this.#pictures = parts.pictures
    this.#tell = tell
  }

  hear(event: RoomEvent): void {
    this.#waiting.push(event)
    if (!this.#isNaming) this.#tellWaiting()
  }

  stop(): void {
    this.#isStopped = true
    this.#waiting.length = 0
  }

  #tellWaiting(): void {
    for (let event = this.#waiting[0]; event !== undefined; event = this.#waiting[0]) {
      const entries = event.type === 'entries' ? event.entries : []
      const unnamed = unnamedSpeakers(this.#names, entries)
      const unseen = this.#pictures.unknownIn(entries)
      if (unnamed.length + unseen.length > 0 && !this.#isNaming) return void this.#learnFirst(unnamed, unseen)
      this.#isNaming = false
      this.#waiting.shift()
      this.#tell(event)
    }
  }

  /**
   * Without a name the room itself would seem to speak: what cannot be looked up now is looked up again, and everything behind waits, as
   * much as a room may hold unstored. Whom nobody knows, and a picture that stays unknown after one look, are left out.
   */
  async #learnFirst(unnamed: readonly AccountId[], unseen: readonly MediaId[]): Promise<void> {
    this.#isNaming = true
    const pictures = this.#pictures.learn(unseen)
    while (!this.#isStopped && !(await this.#isLearnt(unnamed))) {
      await new Promise((resolve) => setTimeout(resolve, lookAgainMs))
    }
    await pictures
    if (!this.#isStopped) this.#tellWaiting()
  }

  #isLearnt(accounts: readonly AccountId[]): Promise<boolean> {
    return this.#names.learn(accounts).then(
      () => true,
      () => false,
    )
  }
}

export function unnamedSpeakers(names: Names, entries: readonly Entry[]): AccountId[] {
  const unnamed = entries.filter(({ sender }) => sender !== systemSender && names.of(sender) === undefined)
  return unnamed.length === 0 ? [] : [...new Set(unnamed.map(({ sender }) => sender))]
}
