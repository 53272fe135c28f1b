import type { BenchOptions, Contestant, Figures, Standing } from './contract.ts'
import { median } from './ratios.ts'
import { stopAll } from './under-way.ts'

/** Figures of every contestant, in the order of the rounds. */
export type Rounds = ReadonlyMap<string, readonly Figures[]>

/** Starts all, lets them take turns, stops all: also when one fails, whose error is thrown. */
export async function runRounds(contestants: readonly Contestant[], options: BenchOptions): Promise<Rounds> {
  const standings: { name: string; standing: Standing }[] = []
  try {
    for (const contestant of contestants) {
      options.log(`starting ${contestant.name}`)
      standings.push({ name: contestant.name, standing: await contestant.start() })
    }
    const rounds = new Map<string, Figures[]>(contestants.map(({ name }) => [name, []]))
    for (let round = 0; round < options.rounds; round += 1) {
      for (const { name, standing } of turned(standings, round)) {
        const figures = await standing.round()
        rounds.get(name)?.push(figures)
        options.log(`round ${round + 1} of ${options.rounds}, ${name}: ${inWords(figures)}`)
      }
    }
    return rounds
  } finally {
    for (const { standing } of standings.toReversed()) await standing.stop()
    await stopAll()
  }
}

/** Each is first in its turn, and who follows whom changes too: what one leaves behind must not always meet the same next one. */
export function turned<T>(items: readonly T[], round: number): T[] {
  const first = round % Math.max(1, items.length)
  const before = items.slice(0, first)
  const others = items.slice(first + 1)
  const rest = round % 2 === 0 ? [...others, ...before] : [...before.toReversed(), ...others.toReversed()]
  return [...items.slice(first, first + 1), ...rest]
}

/** The middle of each quantity over the rounds. */
export function mediansOf(figures: readonly Figures[]): Figures {
  const names = new Set(figures.flatMap((round) => Object.keys(round)))
  return Object.fromEntries(
    [...names].map((name) => [name, median(figures.flatMap((round) => round[name] ?? []))] as const),
  )
}

export function inWords(figures: Figures): string {
  return Object.entries(figures)
    .map(([name, value]) => `${name} ${showFigure(value)}`)
    .join(', ')
}

export function showFigure(value: number): string {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en')
  return Number.isInteger(value) ? String(value) : value.toPrecision(3)
}
