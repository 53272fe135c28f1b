import { signal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import type { Relation } from '../api/people.ts'
import { ApiProblem } from '../api/problem.ts'
import type { PersonPage } from '../api/types.ts'
import { personAfter } from './person-after.ts'
import { RelationWish } from './relation-wish.ts'

export interface PersonStateParts {
  read(): Promise<PersonPage>
  send(relation: Relation, isOn: boolean): Promise<void>
  /** A change between us was refused, and is taken back. */
  onProblem(problem: unknown): void
}

/** One person as somebody looks at them: what is known, and what is between the two, which answers at once. */
export class PersonState {
  readonly #parts: PersonStateParts
  readonly #person = signal<PersonPage | undefined>(undefined)
  readonly #problem = signal<unknown>(undefined)
  readonly #wishes = new Map<Relation, RelationWish>()
  #readings = 0

  constructor(parts: PersonStateParts) {
    this.#parts = parts
  }

  get person(): ReadonlySignal<PersonPage | undefined> {
    return this.#person
  }

  /** Why the person could not be read, until another reading is answered. */
  get problem(): ReadonlySignal<unknown> {
    return this.#problem
  }

  /** What is shown stays until the answer is there; one that comes while something is changed is late. */
  async read(): Promise<void> {
    const reading = (this.#readings += 1)
    try {
      const person = await this.#parts.read()
      if (reading !== this.#readings) return
      this.#person.value = person
      this.#problem.value = undefined
      this.#wishes.clear()
    } catch (problem) {
      if (reading === this.#readings && (this.#person.value === undefined || isGone(problem)))
        this.#problem.value = problem
    }
  }

  /** Resolves with whether it is so in the end. Counts are read anew after a block, which moves more than one. */
  async wish(relation: Relation, isOn: boolean): Promise<boolean> {
    this.#readings += 1
    const isSo = await this.#wishFor(relation).wish(isOn)
    if (relation === 'block' && isSo === isOn) await this.read()
    return isSo
  }

  #wishFor(relation: Relation): RelationWish {
    const kept = this.#wishes.get(relation)
    if (kept !== undefined) return kept
    const wish = new RelationWish({
      isOn: this.#person.value?.relation[named[relation]] ?? false,
      send: (isOn) => this.#parts.send(relation, isOn),
      onShown: (isOn) => this.#show(relation, isOn),
      onProblem: this.#parts.onProblem,
    })
    this.#wishes.set(relation, wish)
    return wish
  }

  #show(relation: Relation, isOn: boolean): void {
    const person = this.#person.value
    if (person !== undefined) this.#person.value = personAfter(person, relation, isOn)
  }
}

const named = { follow: 'follows', block: 'blocks', mute: 'mutes' } as const

/** Nobody is here, or nobody whom I may see: then what was shown of them goes. */
export function isGone(problem: unknown): boolean {
  return problem instanceof ApiProblem && (problem.code === 'not_found' || problem.code === 'bad_input')
}
