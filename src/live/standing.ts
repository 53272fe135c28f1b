import type { RecentEvent } from './event.ts'

/** Where a thing is shown: first, which is where a reader learns of it, and last, unless that is the same. */
interface Shown {
  first: RecentEvent
  last: RecentEvent
}

/**
 * Which of the recent events show the present state of which thing. At most two of one thing do: whoever reads the first learns of the
 * thing, whoever has read it already learns of its last change by the last.
 */
export class Standing {
  readonly #shown = new Map<string, Shown>()
  readonly #subjects = new Map<RecentEvent, string>()

  /** The thing looks as this event says: so must the first event that shows it, and the one in between is to be silent. */
  show(subject: string, event: RecentEvent): { first?: RecentEvent; between?: RecentEvent } {
    this.#subjects.set(event, subject)
    const shown = this.#shown.get(subject)
    this.#shown.set(subject, { first: shown?.first ?? event, last: event })
    if (shown === undefined) return {}
    if (shown.last === shown.first) return { first: shown.first }
    this.#subjects.delete(shown.last)
    return { first: shown.first, between: shown.last }
  }

  /** The thing is gone, or out of sight: the events that show it are to be silent. */
  end(subject: string): Iterable<RecentEvent> {
    const shown = this.#shown.get(subject)
    if (shown === undefined) return []
    const over = new Set([shown.first, shown.last])
    this.#shown.delete(subject)
    for (const event of over) this.#subjects.delete(event)
    return over
  }

  /** The event is no longer held; the oldest goes first. */
  forget(event: RecentEvent): void {
    const subject = this.#subjects.get(event)
    if (subject === undefined) return
    this.#subjects.delete(event)
    const shown = this.#shown.get(subject)
    if (shown === undefined || shown.last === event) this.#shown.delete(subject)
    else this.#shown.set(subject, { first: shown.last, last: shown.last })
  }

  clear(): void {
    this.#shown.clear()
    this.#subjects.clear()
  }
}
