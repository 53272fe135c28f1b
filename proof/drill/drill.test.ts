import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import path from 'node:path'
import { allFaults } from '../faults/index.ts'
import type { Line } from '../history/line.ts'
import { startDrillStack } from '../stack/stack.ts'
import type { DrillStack } from '../stack/stack.ts'
import { drillFolder } from '../stack/volumes.ts'
import { silentProgress } from '../../tools/progress.ts'
import { ownSite } from './own-site.ts'
import { drillOnce, keepEvidence } from './run.ts'
import type { RunResult } from './run.ts'
import { sayPlanned, scheduleOf } from './schedule.ts'
import type { Planned } from './schedule.ts'
import { summaryOf } from './summary.ts'

const seconds = 10
const who = { people: 12, rooms: 4, messagesPerSecond: 40 }
const asOptions = `--people ${who.people} --rooms ${who.rooms} --rate ${who.messagesPerSecond}`
/** Whoever loses an acknowledged message here does so with one of these, and has to say so. */
const mayLose = ['redis: rolled back', 'redis: empty volume', 'redis: FLUSHALL']

/** What is done in a drill: the name of a fault, when, and for how long, in ms. */
type Step = readonly [name: string, atMs: number, forMs: number]

const drills: readonly { of: string; seed: number; steps: readonly Step[] }[] = [
  {
    of: 'processes that are killed and frozen, and jobs that fail',
    seed: 41,
    steps: [
      ['queue: jobs fail and are retained', 1000, 4000],
      ['server: kill', 1500, 0],
      ['worker: kill', 2500, 0],
      ['database: freeze', 4000, 1500],
      ['madang: clock off by a minute', 4500, 3000],
      ['queue: flushed', 6000, 0],
      ['server: freeze', 6500, 2000],
      ['database: kill', 7500, 0],
    ],
  },
  {
    of: 'transactions and connections that break',
    seed: 42,
    steps: [
      ['to database: COMMIT answer lost', 1000, 4000],
      ['database: deadlocks', 1500, 5000],
      ['to redis: cut before the answer', 4000, 3000],
      ['database: room row locked', 5500, 2000],
      ['database: connections killed', 7000, 0],
      ['redis: pub/sub killed', 7500, 0],
      ['to nginx: half open', 8000, 1500],
    ],
  },
  {
    of: 'a Redis that is full and comes back with less',
    seed: 43,
    steps: [
      ['redis: out of memory', 1000, 1500],
      ['redis: rolled back', 2500, 0],
      ['redis: FLUSHALL', 6500, 0],
      ['redis: empty volume', 8000, 0],
    ],
  },
]

function plannedOf(seed: number, steps: readonly Step[]): Planned[] {
  return steps.map(([name, atMs, forMs], index) => {
    const fault = allFaults.find((one) => one.name === name)
    if (fault === undefined) throw new Error(`there is no fault "${name}"`)
    return { fault, atMs, forMs, seed: `${seed}:${index}`, mustHit: true }
  })
}

/** Those in which people took their seats before anything broke. */
function firstRooms(lines: readonly Line[], count: number): string[] {
  const rooms = new Set(lines.flatMap((line) => (line.what === 'join' ? [line.room] : [])))
  return [...rooms].slice(0, count)
}

function isSpokenIn(room: string, lines: readonly Line[]): boolean {
  return lines.some((line) => line.what === 'send' && line.room === room && line.outcome === 'ok')
}

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

interface Drilling {
  stack: DrillStack
  seed: number
  planned: readonly Planned[]
}

/** A run with a verdict, and a good one: no promise was broken, and everything came back. */
async function drilled(t: ExecutionContext, { stack: own, seed, planned }: Drilling): Promise<RunResult> {
  const folder = path.join(drillFolder, 'runs', `test-${seed}`)
  const result = await drillOnce(ownSite(own), {
    ...{ ...who, seed, seconds, planned, folder, onProgress: () => undefined },
  })
  const summary = summaryOf(result)
  keepEvidence(folder, result, summary)
  t.log(summary)
  t.deepEqual(result.verdict.violations, [], summary)
  t.deepEqual(result.late, [])
  return result
}

for (const { of, seed, steps } of drills) {
  test.serial(`ten seconds of ${of}: what was acknowledged is kept, or said to be lost`, async (t) => {
    t.timeout(800_000)
    if (stack === undefined) throw new Error('the stack is started before the first test')
    const planned = plannedOf(seed, steps)

    const result = await drilled(t, { stack, seed, planned })

    // A drill in which something was not done has shown less than it says.
    t.deepEqual(
      result.tried.filter(({ outcome }) => outcome !== 'done'),
      [],
    )
    t.deepEqual(result.tried.map(({ fault }) => fault).toSorted(), planned.map(({ fault }) => fault.name).toSorted())
    t.true(result.verdict.counts.acked > 0)
    const first = firstRooms(result.lines, who.rooms)
    t.is(first.length, who.rooms)
    t.deepEqual(
      first.filter((room) => !isSpokenIn(room, result.lines)),
      [],
    )
    const isLossPossible = planned.some(({ fault }) => mayLose.includes(fault.name))
    if (!isLossPossible) t.is(result.verdict.counts.suspect, 0)
  })
}

/** Of the commit, so that each one brings runs that none before it had, and has them again; without one, any. TEST_SEED repeats them. */
function seedOfRuns(): number {
  const given = Number.parseInt(process.env['TEST_SEED'] ?? '', 10)
  if (Number.isSafeInteger(given)) return Math.abs(given)
  const { stdout } = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: import.meta.dirname, encoding: 'utf8' })
  return /^[0-9a-f]{40}/.test(stdout ?? '') ? Number.parseInt(stdout.slice(0, 7), 16) : randomInt(1_000_000)
}

const firstSeed = seedOfRuns()

for (const [nth, seed] of [firstSeed, firstSeed + 1].entries()) {
  test.serial(
    `ten seconds of whatever a seed draws, run ${nth + 1}: what was acknowledged is kept, or said to be lost`,
    async (t) => {
      t.timeout(800_000)
      if (stack === undefined) throw new Error('the stack is started before the first test')
      const { patient } = stack
      const planned = scheduleOf({ seed, seconds, faults: allFaults }).filter(
        ({ fault }) => fault.missing(patient) === undefined,
      )
      t.log([`npm run drill -- --seed ${seed} ${asOptions}`, ...planned.map(sayPlanned)].join('\n'))

      const result = await drilled(t, { stack, seed, planned })

      // Chance may send a fault where there is nothing to hit; but what was begun has come to its end.
      t.deepEqual(
        result.tried.filter(({ outcome }) => outcome === 'failed'),
        [],
      )
      t.is(result.tried.length, planned.length)
      t.true(result.verdict.counts.acked > 0)
    },
  )
}
