import type { Exploration } from './explore.ts'
import { rules } from './rules.ts'
import type { Rule } from './rules.ts'

/** A row of the table in docs/proof.md: what happens, within the bounds of a scenario, without a rule. */
export function rowOf(
  rule: Rule,
  { scenario, counterexample }: Pick<Exploration, 'scenario' | 'counterexample'>,
): string {
  return `| ${rules[rule].says} | ${counterexample?.broken ?? 'not missed'} | ${scenario} |`
}
