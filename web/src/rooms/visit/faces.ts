import { signal } from '@preact/signals'
import { ApiProblem } from '../../api/problem.ts'
import type { Person } from '../../api/types.ts'

/** Asked for at the same time. */
const mostAsked = 3

/**
 * Entries name people by their usernames. What they call themselves and look like comes with the pages that name them; who is met
 * otherwise is asked about, each once.
 */
export class Faces {
  readonly #people = signal<ReadonlyMap<string, Person>>(new Map())
  readonly #read: (username: string) => Promise<Person>
  readonly #wanted: string[] = []
  readonly #known = new Set<string>()
  #asking = 0

  constructor(read: (username: string) => Promise<Person>) {
    this.#read = read
  }

  /** Undefined until it is known, and for who is gone. Reading it in a component shows it as soon as it comes. */
  of(username: string): Person | undefined {
    const person = this.#people.value.get(username)
    if (person === undefined) this.#want(username)
    return person
  }

  /** What to call somebody meanwhile: their username. */
  nameOf(username: string): string {
    return this.of(username)?.displayName ?? username
  }

  /** Whether they were met here. Nobody is asked, since a text may name anything. */
  knows(username: string): boolean {
    return this.#people.value.has(username)
  }

  /** What is known already is no news: nothing is drawn anew for it. */
  met(people: readonly Person[]): void {
    const known = this.#people.peek()
    const fresh = people.filter((person) => !isSame(known.get(person.username), person))
    if (fresh.length === 0) return
    for (const { username } of fresh) this.#known.add(username)
    this.#people.value = new Map([...known, ...fresh.map((person) => [person.username, person] as const)])
  }

  #want(username: string): void {
    if (this.#known.has(username) || username === '') return
    this.#known.add(username)
    this.#wanted.push(username)
    // Not while something is being rendered.
    queueMicrotask(() => this.#askNext())
  }

  #askNext(): void {
    if (this.#asking >= mostAsked) return
    const username = this.#wanted.shift()
    if (username === undefined) return
    this.#asking += 1
    this.#read(username)
      .then((person) => this.met([person]))
      .catch((error: unknown) => {
        // Who is gone, or hides from us, keeps the username as a name; otherwise it is asked again when they are next shown.
        if (!(error instanceof ApiProblem && error.code === 'not_found')) this.#known.delete(username)
      })
      .finally(() => {
        this.#asking -= 1
        this.#askNext()
      })
  }
}

function isSame(known: Person | undefined, { displayName, picture }: Person): boolean {
  return known !== undefined && known.displayName === displayName && known.picture?.thumb === picture?.thumb
}
