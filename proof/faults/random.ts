/** Chance that a seed decides: the same seed, the same run of answers. */
export interface Random {
  /** A number from 0 up to but not 1. */
  next(): number
  /** A whole number from `least` to `most`, both possible. */
  whole(least: number, most: number): number
  /** One of these, all as likely. */
  pick<T>(among: readonly T[]): T
  isTrue(probability: number): boolean
}

/** Mulberry32: short, and even enough to choose faults with. Any text or number is a seed. */
export function seededRandom(seed: number | string): Random {
  let state = hash(String(seed))
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const whole = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1))
  return {
    next,
    whole,
    pick(among) {
      const one = among[whole(0, among.length - 1)]
      if (one === undefined) throw new Error('nothing to pick from')
      return one
    },
    isTrue: (probability) => next() < probability,
  }
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  return value >>> 0
}
