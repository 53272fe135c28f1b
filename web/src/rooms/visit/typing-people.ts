import { signal } from '@preact/signals'

/** The server passes on that somebody types every two seconds at most. */
const typesForMs = 5000

/** Who types at the moment, the first to begin first. */
export class TypingPeople {
  readonly names = signal<readonly string[]>([])
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>()

  types(username: string): void {
    clearTimeout(this.#timers.get(username))
    this.#timers.set(
      username,
      setTimeout(() => this.spoke(username), typesForMs),
    )
    if (!this.names.value.includes(username)) this.names.value = [...this.names.value, username]
  }

  /** They have said it, or have stopped. */
  spoke(username: string): void {
    clearTimeout(this.#timers.get(username))
    if (!this.#timers.delete(username)) return
    this.names.value = this.names.value.filter((name) => name !== username)
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
    this.names.value = []
  }
}
