import type { Page, Person } from '../api/types.ts'

export interface PeopleSearchParts<Found extends Person> {
  ask(typed: string, signal: AbortSignal): Promise<Page<Found>>
  /** Told the latest answer only, whatever the order in which answers come. */
  onFound(people: readonly Found[]): void
  waitMs?: number
}

const usualWaitMs = 120
const mostKept = 200

/**
 * Asks who is meant while somebody types: a moment after the last key, never twice for the same, and nothing more for a beginning
 * that nobody has. What fails is passed over in silence: completing is a help, and the name can be written without it.
 */
export class PeopleSearch<Found extends Person> {
  readonly #parts: PeopleSearchParts<Found>
  readonly #kept = new Map<string, readonly Found[]>()
  #timer: ReturnType<typeof setTimeout> | undefined
  #asking: AbortController | undefined

  constructor(parts: PeopleSearchParts<Found>) {
    this.#parts = parts
  }

  /** Answers at once what is known already; nobody is shown meanwhile otherwise but those who were. */
  look(typed: string): void {
    this.stop()
    const known = this.#kept.get(typed.toLowerCase())
    if (known !== undefined) return this.#parts.onFound(known)
    this.#timer = setTimeout(() => void this.#ask(typed), this.#parts.waitMs ?? usualWaitMs)
  }

  /** Nobody is told of what was asked before. */
  stop(): void {
    clearTimeout(this.#timer)
    this.#asking?.abort()
    this.#asking = undefined
  }

  async #ask(typed: string): Promise<void> {
    const asking = new AbortController()
    this.#asking = asking
    const found = await this.#parts.ask(typed, asking.signal).then(
      ({ items }) => items,
      () => undefined,
    )
    if (asking.signal.aborted) return
    if (found !== undefined) this.#keep(typed.toLowerCase(), found)
    this.#parts.onFound(found ?? [])
  }

  #keep(key: string, found: readonly Found[]): void {
    this.#kept.set(key, found)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > mostKept && oldest !== undefined) this.#kept.delete(oldest)
  }
}
