import { signal } from '@preact/signals'
import type { Page, Person } from '../api/types.ts'
import { PeopleSearch } from '../person/people-search.ts'
import { mentionBefore, withMention } from './mention-text.ts'
import type { MentionStart } from './mention-text.ts'

export interface MentionChoices<Found extends Person> {
  start: MentionStart
  people: readonly Found[]
  /** Which of them is taken by Enter. */
  chosen: number
}

export interface MentionCompletionParts<Found extends Person> {
  find(typed: string, signal: AbortSignal): Promise<Page<Found>>
  /** Nobody mentions themselves. */
  isMe(person: Found): boolean
  onFound?(count: number): void
  waitMs?: number
}

export const mostChoices = 6

/** The mention that somebody is writing in one field, and who may be meant. Knows texts and carets, and nothing of the field. */
export class MentionCompletion<Found extends Person> {
  /** Undefined as long as there is nobody to choose. */
  readonly choices = signal<MentionChoices<Found> | undefined>(undefined)
  readonly #parts: MentionCompletionParts<Found>
  readonly #search: PeopleSearch<Found>
  #start: MentionStart | undefined
  /** The mention that was turned away: its choices stay closed. */
  #dismissedAt: number | undefined

  constructor(parts: MentionCompletionParts<Found>) {
    this.#parts = parts
    this.#search = new PeopleSearch({
      ask: (typed, abort) => parts.find(typed, abort),
      onFound: (found) => this.#show(found),
      ...(parts.waitMs === undefined ? {} : { waitMs: parts.waitMs }),
    })
  }

  /** To be told after every change of the text and every movement of the caret, which is undefined while text is selected. */
  follow(text: string, caret: number | undefined): void {
    const start = caret === undefined ? undefined : mentionBefore(text, caret)
    const before = this.#start
    if (start?.at === before?.at && start?.typed === before?.typed) return
    this.#start = start
    if (start?.at !== this.#dismissedAt) this.#dismissedAt = undefined
    if (start === undefined || start.at === this.#dismissedAt) this.close()
    else this.#search.look(start.typed)
  }

  /** Goes up or down, and round. */
  step(by: number): void {
    const open = this.choices.value
    if (open === undefined) return
    const count = open.people.length
    this.choices.value = { ...open, chosen: (open.chosen + by + count) % count }
  }

  /** Who would be taken; undefined where nothing is left to complete. */
  get chosen(): Found | undefined {
    const open = this.choices.value
    const person = open?.people[open.chosen]
    return person?.username === open?.start.typed.toLowerCase() ? undefined : person
  }

  /** The text with this person mentioned, and where the caret goes. */
  take(person: Found, text: string, caret: number): { text: string; caret: number } {
    const start = this.#start ?? { at: caret, typed: '' }
    this.#start = undefined
    this.close()
    return withMention(text, { ...start, caret }, person.username)
  }

  /** Closes the choices until another mention is begun. */
  dismiss(): void {
    this.#dismissedAt = this.#start?.at
    this.close()
  }

  close(): void {
    this.#search.stop()
    this.choices.value = undefined
  }

  /** Whoever was chosen by going down stays so when a later answer has them too; otherwise it is the first. */
  #placeAmong(people: readonly Found[]): number {
    const before = this.choices.value
    const id = before?.people[before.chosen]?.id
    return before === undefined || before.chosen === 0
      ? 0
      : Math.max(
          0,
          people.findIndex((one) => one.id === id),
        )
  }

  #show(found: readonly Found[]): void {
    const people = found.filter((person) => !this.#parts.isMe(person)).slice(0, mostChoices)
    const start = this.#start
    if (start === undefined || people.length === 0) {
      this.choices.value = undefined
      return
    }
    this.choices.value = { start, people, chosen: this.#placeAmong(people) }
    this.#parts.onFound?.(people.length)
  }
}
