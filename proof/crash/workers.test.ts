import test from 'ava'
import { playFreezes, workerFreezes } from './frozen.ts'
import { labOf } from './lab.ts'
import { playAll } from './scene.ts'
import { dieTwiceAtOneJob } from './stalled.ts'
import { holdToHistory } from './verdict.ts'

const lab = labOf(test)

playAll(test, lab, 'worker')
playFreezes(test, lab, workerFreezes)

test.serial(
  'two workers that die at one job, so that the queue gives it up, leave the closing to a sweeper',
  async (t) => {
    t.timeout(240_000)
    await dieTwiceAtOneJob(t, lab(), 'sealing: drained, room not told')
  },
)

holdToHistory(test, lab)
