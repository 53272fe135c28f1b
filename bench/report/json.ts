import { showBar } from '../ratios.ts'
import type { Run } from './table.ts'

/** Everything that a run knows, for other programs: every round of every contestant, ratios, bars, the machine. */
export function jsonOf(run: Run): string {
  const { machine, command, trial } = run
  const taken = run.taken.map(({ measure, rounds, outcomes, faults, terms }) => ({
    ...{ id: measure.id, title: measure.title, faults },
    comparisons: outcomes.map(({ comparison, ...outcome }) => ({
      ...comparison,
      // By its name in the comparison, with its ratios where it took part.
      alike: undefined,
      ...outcome,
      ...{ must: showBar(comparison.bars, 'must'), goal: showBar(comparison.bars, 'goal') },
    })),
    contestants: [...rounds].map(([name, figures]) => ({ name, terms: terms.get(name), rounds: figures })),
  }))
  return `${JSON.stringify({ machine, command, trial, measures: taken }, null, 2)}\n`
}
