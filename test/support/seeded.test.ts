import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import test from 'ava'
import * as fc from 'fast-check'
import { seeded } from './seeded.ts'

const root = path.join(import.meta.dirname, '../..')
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8')

/** All that hold something to a property, wherever they are. */
const properties = globSync('{test,proof,bench,tools,src,workers}/**/*.ts', { cwd: root })
  .filter((file) => !file.includes('node_modules') && !file.endsWith('support/seeded.test.ts'))
  .filter((file) => /^(?:import (?!type)[^']*|\} )from 'fast-check'$/m.test(read(file)))

/** A property that is tried, of an import of the whole or of names. */
const assertions = /\bassert\(\s*(?:fc\.)?(?:asyncProperty|property)\b/g
const ways = /\bseeded\(\d+\)/g

const faultsOf = (text: string): string[] => [
  ...((text.match(assertions) ?? []).length === (text.match(ways) ?? []).length ? [] : ['a property without seeded()']),
  ...(text.match(/\b(?:fc\.check|fc\.sample|numRuns:|TEST_SEED|PROPERTY_RUNS)/g) ?? []),
]

test('every property that is tried prints its seed, is repeated by TEST_SEED and made long by PROPERTY_RUNS', (t) => {
  t.true(properties.length >= 13, properties.join(' '))
  for (const file of properties) t.deepEqual(faultsOf(read(file)), [], file)
  const tried = properties.filter((file) => (read(file).match(assertions) ?? []).length > 0)
  t.true(tried.length >= 13, tried.join(' '))
})

test('one that goes without is seen', (t) => {
  t.deepEqual(faultsOf('fc.assert(fc.property(x, y), seeded(5))'), [])
  t.deepEqual(faultsOf('await assert(\n  asyncProperty(x, y), seeded(5))'), [])
  t.deepEqual(faultsOf('fc.assert(property)'), ['a property without seeded()'])
  t.deepEqual(faultsOf('fc.assert(fc.property(x, y), { numRuns: 5 })'), ['a property without seeded()', 'numRuns:'])
  t.deepEqual(faultsOf('fc.check(x)'), ['fc.check'])
})

test('what failed by a seed fails by it again, at the same input', (t) => {
  const fails = (env: Parameters<typeof seeded>[1]): string =>
    t.throws(() =>
      fc.assert(
        fc.property(fc.nat(), (n) => n % 7 !== 3),
        seeded(200, env),
      ),
    )?.message ?? ''
  const toCounterexample = (message: string): string => message.replace(/(Counterexample: .*)[\s\S]*/, '$1')
  const first = fails({})
  const [, seed] = /seed: (-?\d+)/.exec(first) ?? []

  t.truthy(seed)
  t.regex(first, /Counterexample: \[\d+\]/)
  t.is(toCounterexample(fails({ TEST_SEED: seed })), toCounterexample(first))
})

test('without a seed there is one for the process, and what is no number is refused', (t) => {
  t.is(seeded(10, {}).seed, seeded(300, {}).seed)
  t.is(seeded(10, { TEST_SEED: '-5' }).seed, -5)
  t.throws(() => seeded(10, { TEST_SEED: 'five' }), { message: 'TEST_SEED is a whole number, not "five"' })
})

test('PROPERTY_RUNS makes all of them longer or shorter alike', (t) => {
  t.is(seeded(25, {}).numRuns, 25)
  t.is(seeded(25, { PROPERTY_RUNS: '2000' }).numRuns, 250)
  t.is(seeded(25, { PROPERTY_RUNS: '1' }).numRuns, 1)
  t.throws(() => seeded(25, { PROPERTY_RUNS: 'many' }), { message: /PROPERTY_RUNS is a whole number/ })
})
