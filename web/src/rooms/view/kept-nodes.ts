/** Things made once from facts, and made again only when a fact has changed: the same node is not even looked at when a list is rendered. */
export class Kept<Made> {
  readonly #made = new Map<string, { facts: readonly unknown[]; made: Made }>()

  of(key: string, facts: readonly unknown[], make: () => Made): Made {
    const known = this.#made.get(key)
    if (known !== undefined && areSame(known.facts, facts)) return known.made
    const made = make()
    this.#made.set(key, { facts, made })
    return made
  }

  forgetOthers(keys: readonly string[]): void {
    if (this.#made.size === keys.length) return
    const stay = new Set(keys)
    for (const key of this.#made.keys()) if (!stay.has(key)) this.#made.delete(key)
  }
}

function areSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((fact, index) => fact === b[index])
}
