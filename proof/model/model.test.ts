import test from 'ava'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { explore } from './explore.ts'
import type { Exploration } from './explore.ts'
import { allHold, rules, without } from './rules.ts'
import type { About, Rule } from './rules.ts'
import { scenarioNamed, scenarios } from './scenario.ts'
import { rowOf } from './table.ts'

let moments = 0

for (const scenario of scenarios) {
  test.serial(`whatever happens in "${scenario.name}", the promise is kept`, (t) => {
    const found = explore(scenario, allHold)

    t.log(`${found.moments} moments, ${found.moves} moves, ${found.recovered} ways to the sealed room`)
    t.is(found.counterexample, undefined, described(found))
    t.true(found.isWhole)
    t.true(found.recovered > 5, 'there was something to explore')
    moments += found.moments
  })
}

const named: [Rule, About][] = Object.entries(rules).map(([rule, about]) => [rule as Rule, about])
const missed = new Map<Rule, Exploration>()

for (const [rule, about] of named.filter(([, { isSecondLine }]) => isSecondLine !== true)) {
  test.serial(`the promise is broken unless ${about.says}`, (t) => {
    const found = explore(scenarioNamed(about.in), without(rule))

    t.not(found.counterexample, undefined)
    missed.set(rule, found)
    t.log(described(found))
  })
}

for (const [rule, about] of named.filter(([, { isSecondLine }]) => isSecondLine === true)) {
  test.serial(`other rules keep off what this one does: ${about.says}`, (t) => {
    const found = explore(scenarioNamed(about.in), without(rule))

    t.is(found.counterexample, undefined, described(found))
    t.true(found.isWhole)
    t.true(found.recovered > 5, 'there was something to explore')
  })
}

test.serial.after('the table of docs/proof.md says what was found', (t) => {
  t.log(`${moments} moments in all`)
  const documented = readFileSync(join(import.meta.dirname, '../../docs/proof.md'), 'utf8')
  for (const [rule, found] of missed) t.true(documented.includes(rowOf(rule, found)), rowOf(rule, found))
  for (const { says } of named.map(([, about]) => about)) t.true(documented.includes(says), says)
})

function described({ counterexample }: Exploration): string {
  return counterexample === undefined ? '' : [counterexample.broken, ...counterexample.trace].join('\n  ')
}
