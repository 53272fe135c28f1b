import test from 'ava'
import path from 'node:path'
import { allFaults } from '../faults/index.ts'
import { startDrillStack } from '../stack/stack.ts'
import type { DrillStack } from '../stack/stack.ts'
import { drillFolder } from '../stack/volumes.ts'
import { silentProgress } from '../../tools/progress.ts'
import { ownSite } from './own-site.ts'
import { drillOnce, keepEvidence } from './run.ts'
import { summaryOf } from './summary.ts'

const seconds = 10
/** Whoever loses an acknowledged message here does so with one of these, and has to say so. */
const mayLose = ['redis: rolled back', 'redis: empty volume', 'redis: FLUSHALL']

/** Which faults a drill is of, and the seed that decides the rest. */
const drills = [
  {
    of: 'processes that are killed and frozen',
    seed: 41,
    families: ['server:', 'worker:', 'nginx:', 'database: kill'],
  },
  { of: 'connections that break', seed: 42, families: ['to '] },
  { of: 'a Redis that comes back with less', seed: 43, families: mayLose },
]

let stack: DrillStack | undefined

test.serial.before('the stack is started', async (t) => {
  t.timeout(60_000)
  stack = await startDrillStack({ progress: silentProgress, onSay: () => undefined, name: `test-${process.pid}` })
})

test.serial.after.always('the stack is thrown away', async (t) => {
  t.timeout(60_000)
  await stack?.stop({ isKept: false })
  t.pass()
})

for (const { of, seed, families } of drills) {
  test.serial(`ten seconds of ${of}: what was acknowledged is kept, or said to be lost`, async (t) => {
    t.timeout(400_000)
    if (stack === undefined) throw new Error('the stack is started before the first test')
    const site = ownSite(stack)
    const folder = path.join(drillFolder, 'runs', `test-${seed}`)
    const faults = allFaults.filter(
      (fault) => families.some((family) => fault.name.startsWith(family)) && fault.missing(site.patient) === undefined,
    )
    const who = { people: 12, rooms: 4, messagesPerSecond: 40 }

    const result = await drillOnce(site, {
      ...{ ...who, seed, seconds, faults, folder, onSchedule: () => undefined, onProgress: () => undefined },
    })

    const summary = summaryOf(result)
    keepEvidence(folder, result, summary)
    t.log(summary)
    t.deepEqual(result.verdict.violations, [], summary)
    t.deepEqual(result.late, [])
    t.true(result.planned.length >= 2)
    t.true(result.verdict.counts.acked > 50)
    t.true(result.verdict.counts.rooms > 0)
    const isLossPossible = result.planned.some(({ fault }) => mayLose.includes(fault.name))
    if (!isLossPossible) t.is(result.verdict.counts.suspect, 0)
  })
}
