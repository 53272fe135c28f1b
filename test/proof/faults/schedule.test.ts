import test from 'ava'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { readSchedule, savedSchedule, sayPlanned, scheduleOf } from '../../../proof/drill/schedule.ts'
import type { Planned } from '../../../proof/drill/schedule.ts'
import { nothing } from '../../../proof/faults/fault.ts'
import type { Fault } from '../../../proof/faults/fault.ts'
import { allFaults } from '../../../proof/faults/index.ts'
import { Chance } from '../../../proof/chance.ts'

const planOf = (seed: number, seconds = 10): string[] =>
  scheduleOf({ seed, seconds, faults: allFaults }).map((planned) => `${sayPlanned(planned)} ${planned.seed}`)

test('a seed is one schedule, and another seed is another', (t) => {
  t.deepEqual(planOf(7), planOf(7))
  t.true(planOf(7).length >= 2)
  t.notDeepEqual(planOf(7), planOf(7 + allFaults.length))
})

test('as many seeds as there are faults have met each that a run of ten seconds has time for', (t) => {
  const possible = allFaults.filter(({ needsSeconds = 0 }) => needsSeconds <= 10)
  t.true(possible.length > 40)

  const met = new Set<string>()
  for (let seed = 1; seed <= possible.length; seed += 1) {
    for (const { fault } of scheduleOf({ seed, seconds: 10, faults: allFaults })) met.add(fault.name)
  }

  t.deepEqual([...met].toSorted(), possible.map(({ name }) => name).toSorted())
})

test('long freezes are for long runs', (t) => {
  const names = (seconds: number): Set<string> =>
    new Set(
      Array.from({ length: 200 }, (_, seed) => scheduleOf({ seed, seconds, faults: allFaults }))
        .flat()
        .map(({ fault }) => fault.name),
    )

  t.false(names(10).has('server: long freeze'))
  t.true(names(60).has('server: long freeze'))
})

test('some faults come two at a time, and none meets itself', (t) => {
  const plans = Array.from({ length: 200 }, (_, seed) => scheduleOf({ seed, seconds: 10, faults: allFaults }))

  const together = plans.filter((plan) =>
    plan.some((one, index) => index > 0 && one.atMs - (plan[index - 1]?.atMs ?? 0) <= 50),
  )
  t.true(together.length > 20)
  for (const plan of plans) {
    const ends = new Map<string, number>()
    for (const { fault, atMs, forMs } of plan) {
      t.true(atMs >= (ends.get(fault.name) ?? 0))
      ends.set(fault.name, atMs + forMs)
    }
  }
})

test('faults that exclude each other are never there at once, whichever was drawn first', (t) => {
  const stopped = faultCalled('a: stopped', { takesMs: 3000, excludes: ['b: needs it'] })
  const needing = faultCalled('b: needs it', { lasts: [2000, 4000] })
  const other = faultCalled('c: another')
  const plans = Array.from({ length: 300 }, (_, seed) =>
    scheduleOf({ seed, seconds: 10, faults: [stopped, needing, other] }),
  )

  const of = (name: string, plan: (typeof plans)[number]) => plan.filter(({ fault: { name: its } }) => its === name)
  let both = 0
  for (const plan of plans) {
    for (const one of of('a: stopped', plan)) {
      for (const two of of('b: needs it', plan)) {
        both += 1
        t.true(two.atMs >= one.atMs + 3000 || one.atMs >= two.atMs + two.forMs, plan.map(sayPlanned).join('\n'))
      }
    }
  }
  t.true(both > 20, `${both} plans had both, one after the other`)
  const besides = plans.filter((plan) => of('c: another', plan).some((one) => isBeside(one, of('a: stopped', plan))))
  t.true(besides.length > 20, 'others come at the same time')
})

function isBeside(one: Planned, others: readonly Planned[]): boolean {
  return others.some(({ atMs }) => Math.abs(atMs - one.atMs) < 3000)
}

function faultCalled(name: string, rest: Partial<Fault> = {}): Fault {
  return {
    name,
    says: 'something breaks',
    lasts: [0, 0],
    missing: () => undefined,
    inject: () => nothing(name),
    ...rest,
  }
}

test('a fault excludes only what there is', (t) => {
  const names = new Set(allFaults.map(({ name }) => name))
  const excluded = allFaults.flatMap(({ excludes = [] }) => excludes)

  t.true(excluded.length > 0)
  t.deepEqual(
    excluded.filter((name) => !names.has(name)),
    [],
  )
})

test('all faults have names of their own and say what they do', (t) => {
  t.is(new Set(allFaults.map(({ name }) => name)).size, allFaults.length)
  for (const { name, says, lasts } of allFaults) {
    t.regex(name, /^[a-z ]+: .+/)
    t.true(says.length > 20)
    t.true(lasts[0] <= lasts[1])
  }
})

test('a seeded chance is even enough to choose with', (t) => {
  const chance = new Chance(3)
  const counts = Array.from({ length: 10 }, () => 0)
  for (let draw = 0; draw < 10_000; draw += 1) {
    const place = chance.whole(0, 9)
    counts[place] = (counts[place] ?? 0) + 1
  }

  t.true(
    counts.every((count) => count > 850 && count < 1150),
    counts.join(' '),
  )
  t.throws(() => chance.of([]))
})

test('a schedule that was kept is read as it was, and another file is refused with a reason', (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'madang-schedule-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const file = path.join(folder, 'schedule.json')
  const planned = scheduleOf({ seed: 7, seconds: 10, faults: allFaults })

  writeFileSync(file, JSON.stringify(savedSchedule(planned)))
  t.deepEqual(readSchedule(file), planned)

  writeFileSync(file, JSON.stringify([{ fault: 'redis: polished', atMs: 1, forMs: 0, seed: '7:0' }]))
  t.throws(() => readSchedule(file), { message: /there is no fault "redis: polished"/ })
  writeFileSync(file, '{}')
  t.throws(() => readSchedule(file), { message: /is no schedule of a drill/ })
})
