/** Choices that are the same in every run with the same seed. What is forked by a name does not depend on what others chose. */
export class Chance {
  readonly #seed: number
  #state: number

  /** Any number or text is a seed. */
  constructor(seed: number | string) {
    this.#seed = typeof seed === 'number' ? seed >>> 0 : hashOf(seed)
    this.#state = this.#seed
  }

  /** A source of its own for one part of the load. */
  fork(name: string): Chance {
    return new Chance(hashOf(`${this.#seed} ${name}`))
  }

  /** From 0 to 1, exclusive: mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }

  is(probability: number): boolean {
    return this.next() < probability
  }

  /** A whole number from `least` to `most`. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1))
  }

  /** One of these, all as likely. */
  of<Item>(items: readonly Item[]): Item {
    const one = items[this.whole(0, items.length - 1)]
    if (one === undefined) throw new Error('nothing to choose from')
    return one
  }

  /** `count` different ones, or all of them. */
  some<Item>(items: readonly Item[], count: number): Item[] {
    const left = [...items]
    const taken: Item[] = []
    while (taken.length < count && left.length > 0) taken.push(...left.splice(this.whole(0, left.length - 1), 1))
    return taken
  }

  /** The time until the next of events that come at random, so many a second (Poisson). */
  waitMs(perSecond: number): number {
    return (-Math.log(1 - this.next()) / perSecond) * 1000
  }

  /** One of the names, each as likely as its weight says. */
  weighed<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
    const names = Object.keys(weights) as Name[]
    const total = names.reduce((sum, name) => sum + weights[name], 0)
    let left = this.next() * total
    for (const name of names) {
      left -= weights[name]
      if (left < 0) return name
    }
    throw new Error('nothing to choose from')
  }
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}
