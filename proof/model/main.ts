import { explore } from './explore.ts'
import { allHold, rules, without } from './rules.ts'
import type { Rule } from './rules.ts'
import { deeper, scenarioNamed, scenarios } from './scenario.ts'
import { rowOf } from './table.ts'

/**
 * node tools/launcher.mjs proof/model/main.ts            explores every scenario, then without each rule: the table of docs/proof.md
 * node tools/launcher.mjs proof/model/main.ts --deep     with one fault more in each; takes minutes and some gigabytes
 * node tools/launcher.mjs proof/model/main.ts RULE       the shortest way to a broken promise without that rule
 */
const [choice] = process.argv.slice(2)
const say = (text: string): boolean => process.stdout.write(`${text}\n`)

if (choice !== undefined && choice in rules) {
  const rule = choice as Rule
  const { counterexample } = explore(scenarioNamed(rules[rule].in), without(rule))
  say(counterexample === undefined ? 'not missed' : [counterexample.broken, ...counterexample.trace].join('\n  '))
} else if (choice === undefined || choice === '--deep') {
  for (const each of scenarios) {
    const { scenario, moments, moves, isWhole, counterexample } = explore(
      choice === '--deep' ? deeper(each) : each,
      allHold,
    )
    say(`${scenario}: ${moments} moments, ${moves} moves${isWhole ? '' : ', not all'}`)
    if (counterexample === undefined) continue
    process.exitCode = 1
    say([counterexample.broken, ...counterexample.trace].join('\n  '))
  }
  for (const rule of Object.keys(rules) as Rule[])
    say(rowOf(rule, explore(scenarioNamed(rules[rule].in), without(rule))))
} else {
  say(`There is no rule ${choice}. Rules: ${Object.keys(rules).join(', ')}`)
  process.exitCode = 2
}
