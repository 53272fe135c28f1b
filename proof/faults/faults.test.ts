import test from 'ava'
import { History } from '../history/history.ts'
import { startLoad } from '../load/index.ts'
import type { Load } from '../load/contract.ts'
import { ownSite } from '../drill/own-site.ts'
import { canMountSmall } from '../stack/volumes.ts'
import { startDrillStack } from '../stack/stack.ts'
import type { DrillStack } from '../stack/stack.ts'
import { silentProgress } from '../../tools/progress.ts'
import { diskFaults } from './disks.ts'
import { allFaults } from './index.ts'
import { trials } from './trials/index.ts'

let stack: DrillStack | undefined
let load: Load | undefined

test.serial.before('people talk in rooms that stay, so that there is something to hit', async (t) => {
  t.timeout(120_000)
  const name = `faults-${process.pid}`
  stack = await startDrillStack({ progress: silentProgress, onSay: () => undefined, name })
  const { address, servers, grantMentor } = ownSite(stack)
  const who = { people: 4, rooms: 4, messagesPerSecond: 40, isTimelineIncluded: false }
  load = await startLoad({ ...who, address, servers, seed: 1, grantMentor }, new History())
})

test.serial.after.always('the stack is thrown away', async (t) => {
  t.timeout(60_000)
  await load?.stop()
  await stack?.stop({ isKept: false })
  t.pass()
})

test('each fault has a trial, and each trial a fault', (t) => {
  t.deepEqual(Object.keys(trials).toSorted(), allFaults.map(({ name }) => name).toSorted())
})

const canMount = canMountSmall()

for (const fault of allFaults) {
  const isPossible = canMount || !diskFaults.includes(fault)
  const run = isPossible ? test.serial : test.serial.skip
  const unless = isPossible ? '' : ' (NOT TRIED: no small file system can be mounted here)'
  run(`${fault.name}: ${fault.says}${unless}`, async (t) => {
    t.timeout(240_000)
    if (stack === undefined) throw new Error('the stack is started before the first test')
    t.is(fault.missing(stack.patient), undefined)
    const trial = trials[fault.name]
    if (trial === undefined) throw new Error('there is no trial of it')

    await trial({ stack, fault })

    t.deepEqual(await stack.untilWhole(90_000), [])
  })
}
