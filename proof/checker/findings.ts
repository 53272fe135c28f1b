import type { Rule, Violation } from './contract.ts'

/** So many of one rule in one room are told in full; the rest is counted. */
const told = 5
const proofLines = 12

/** Gathers violations, bounded: a run that broke one promise ten thousand times is read as easily as one that broke it once. */
export class Findings {
  readonly #violations: Violation[] = []
  readonly #counts = new Map<string, { rule: Rule; room: string | undefined; count: number }>()

  add(rule: Rule, room: string | undefined, says: string, proof: readonly string[]): void {
    const key = `${rule} ${room ?? ''}`
    const counted = this.#counts.get(key) ?? { rule, room, count: 0 }
    this.#counts.set(key, { ...counted, count: counted.count + 1 })
    if (counted.count < told) this.#violations.push({ rule, room, says, proof: bounded(proof) })
  }

  countOf(...rules: readonly Rule[]): number {
    return [...this.#counts.values()].reduce((sum, one) => sum + (rules.includes(one.rule) ? one.count : 0), 0)
  }

  /** By rule, then in the order in which they were found. */
  list(): Violation[] {
    const more = [...this.#counts.values()]
      .filter(({ count }) => count > told)
      .map(({ rule, room, count }): Violation => ({ rule, room, says: `and ${count - told} more of this`, proof: [] }))
    return [...this.#violations, ...more].toSorted((a, b) => Number(a.rule.slice(1)) - Number(b.rule.slice(1)))
  }
}

function bounded(proof: readonly string[]): string[] {
  const more = proof.length - proofLines
  return more > 0 ? [...proof.slice(0, proofLines), `… and ${more} more`] : [...proof]
}
