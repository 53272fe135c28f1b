import test from 'ava'
import * as fc from 'fast-check'
import { check, report } from '../../../proof/checker/index.ts'
import { seeded } from '../../support/seeded.ts'
import { corruptions } from './corruptions.ts'
import { validRun } from './valid-run.ts'
import type { Run } from './valid-run.ts'

test('a room that keeps its promises is never blamed, whatever is said, repeated, closed and lost in it', (t) => {
  fc.assert(
    fc.property(validRun, ({ lines, record }) => {
      const verdict = check(lines, record)
      if (verdict.violations.length > 0) throw new Error(report(verdict))
    }),
    seeded(400),
  )
  t.pass()
})

for (const [name, corrupt] of Object.entries(corruptions)) {
  test(`it is always seen that ${name}`, (t) => {
    const options = seeded(100)
    let seen = 0
    fc.assert(
      fc.property(validRun, fc.nat(1000), (run, pick) => {
        const corrupted = corrupt(run, pick)
        fc.pre(corrupted !== undefined)
        const { violations } = check((corrupted as Run).lines, (corrupted as Run).record)
        seen += 1
        return violations.length > 0
      }),
      { ...options, maxSkipsPerRun: 1000 },
    )
    t.is(seen, options.numRuns)
  })
}
