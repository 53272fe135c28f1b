/** The environment that repeats a property or makes it long. */
export interface PropertyEnv {
  TEST_SEED?: string | undefined
  PROPERTY_RUNS?: string | undefined
}

/** What `fc.assert` is given, always: a failure prints its seed and the shortest input that still fails. */
export interface Seeded {
  seed: number
  numRuns: number
  includeErrorInReport: true
}

/** Runs of which PROPERTY_RUNS is told: with 2000 every property is tried ten times as often as usual. */
const usualRuns = 200
const anySeed = Date.now() % 2 ** 31

/**
 * How a property is tried: `runs` times as a rule, with a seed of its own for each process. TEST_SEED repeats a run by the seed that
 * it printed, PROPERTY_RUNS makes a long one. Errors: either of them is not a whole number.
 */
export function seeded(runs: number, env: PropertyEnv = process.env): Seeded {
  const seed = wholeOf('TEST_SEED', env.TEST_SEED) ?? anySeed
  const times = (wholeOf('PROPERTY_RUNS', env.PROPERTY_RUNS) ?? usualRuns) / usualRuns
  return { seed, numRuns: Math.max(1, Math.ceil(runs * times)), includeErrorInReport: true }
}

function wholeOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  // A seed that fast-check prints may be negative.
  if (!/^-?\d{1,10}$/.test(text)) throw new Error(`${name} is a whole number, not ${JSON.stringify(text)}`)
  return Number(text)
}
