import test from 'ava'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { readSchedule, savedSchedule, sayPlanned, scheduleOf } from '../../../proof/drill/schedule.ts'
import { allFaults } from '../../../proof/faults/index.ts'
import { seededRandom } from '../../../proof/faults/random.ts'

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

test('all faults have names of their own and say what they do', (t) => {
  t.is(new Set(allFaults.map(({ name }) => name)).size, allFaults.length)
  for (const { name, says, lasts } of allFaults) {
    t.regex(name, /^[a-z ]+: .+/)
    t.true(says.length > 20)
    t.true(lasts[0] <= lasts[1])
  }
})

test('a seeded chance is even enough to choose with', (t) => {
  const random = seededRandom(3)
  const counts = Array.from({ length: 10 }, () => 0)
  for (let draw = 0; draw < 10_000; draw += 1) {
    const place = random.whole(0, 9)
    counts[place] = (counts[place] ?? 0) + 1
  }

  t.true(
    counts.every((count) => count > 850 && count < 1150),
    counts.join(' '),
  )
  t.throws(() => random.pick([]))
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
