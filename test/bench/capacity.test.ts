import { readFileSync } from 'node:fs'
import path from 'node:path'
import test from 'ava'
import { withTables } from '../../bench/capacity/page.ts'
import { loadOf, needsOf, processesFor, serversReached, supposed } from '../../bench/capacity/reckon.ts'
import { unitsFrom } from '../../bench/capacity/units.ts'
import { readKept } from '../../bench/report/keep.ts'
import { Problem } from '../../tools/problem.ts'

const root = path.join(import.meta.dirname, '..', '..')
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8')
const kept = readKept()
const units = unitsFrom(kept)

test('the page of capacities is reckoned from the runs that are kept', (t) => {
  const page = read('docs/capacity.md')
  t.is(withTables(page, units), page, 'npm run capacity')
  const dearer = {
    ...units,
    values: { ...units.values, 'page, server µs': (units.values['page, server µs'] ?? 0) * 3 },
  }
  t.not(withTables(page, dearer), page)
})

test('load and needs are as the formulas say', (t) => {
  const community = { ...supposed, members: 36_000 }
  const load = loadOf(community)
  // 36,000 × 10 a day × 0.1 in an hour ÷ 3600 × 3 = 30 a second, each to 50.
  t.deepEqual(load, { messages: 30, connected: 3600, deliveries: 1500, pages: 60, awakeRooms: 360, flushes: 6 })

  const values = Object.fromEntries(Object.keys(units.values).map((name) => [name, 0]))
  const withCosts = {
    ...units,
    values: { ...values, 'delivery, server µs': 10, 'page, server µs': 1000, 'socket, KiB': 64 },
  }
  const needs = needsOf(withCosts, load, community)
  t.is(needs.serverCores, 0.015 + 0.06)
  t.is(needs.serverGib, (3600 * 64) / 1024 ** 2)
  t.is(processesFor(needs.serverCores), 1)
  t.is(processesFor(1.1), 3)
})

test('what is not bound by processors is reckoned by what bounds it', (t) => {
  const values = Object.fromEntries(Object.keys(units.values).map((name) => [name, 0]))
  const of = (changes: Record<string, number>, members: number) => {
    const community = { ...supposed, members }
    return needsOf({ ...units, values: { ...values, ...changes } }, loadOf(community), community)
  }
  // A person has four connections of Nginx, and a worker 30,720 to give.
  t.is(of({}, 76_800).nginxWorkersForConnections, 1)
  t.is(of({}, 76_810).nginxWorkersForConnections, 2)
  // 1,000 rooms in a second, four at once of 2 ms each, and half of the time left.
  t.is(of({ 'a flush of up to ten, ms': 2 }, 6_000_000).workersForFlushes, 1)
  t.is(of({ 'a flush of up to ten, ms': 2.2 }, 6_000_000).workersForFlushes, 2)
  // Ten messages a day of 1,000 bytes: 3.4 TiB a year, twice that much disk.
  t.is(of({ 'stored message, bytes': 1000 }, 1_000_000).databaseShards, 1)
  t.is(of({ 'stored message, bytes': 1000 }, 1_300_000).databaseShards, 2)
  t.is(of({ 'idle server, µs a second': 30_000 }, 1000).serverCores, 0.03)
})

const nothing = { ...units, values: Object.fromEntries(Object.keys(units.values).map((name) => [name, 0])) }
const needsWith = (changes: Record<string, number>, changed: Partial<typeof supposed> & { members: number }) => {
  const community = { ...supposed, ...changed }
  return needsOf({ ...nothing, values: { ...nothing.values, ...changes } }, loadOf(community), community)
}

test('a message is heard by each server that has a listener of it, and each server idles once', (t) => {
  t.is(serversReached(1, 50), 1)
  t.is(serversReached(2, 4), 1.875)
  t.is(serversReached(64, 1), 1)

  // 120 messages a second of 10 ms: 1.2 cores, so 3 processes. Spread over them everybody hears all, until there are as many as that takes.
  const busy = { 'message, server µs': 10_000 }
  const { serverCores, serverCoresSpread, megabitsFromRedis } = needsWith(
    { ...busy, 'delivery, bytes on the wire': 1000 },
    { members: 144_000, listeners: 2 },
  )
  t.is(serverCores, 1.2)
  const spread = 3
  t.is(processesFor(serverCoresSpread), spread)
  t.is(serverCoresSpread, 1.2)
  t.is(megabitsFromRedis, (120 * serversReached(spread, 2) * 1000 * 8) / 1e6)
  // With fifty listeners more servers are more who hear: there are enough when the fifty do not reach all of them.
  const crowded = needsWith(busy, { members: 144_000, listeners: 50 }).serverCoresSpread
  t.is(processesFor(crowded), 34)
  t.true(Math.abs(crowded - (1.2 * serversReached(34, 50)) / 1.875) < 1e-9)

  // Three processes for the messages, and what they do when they idle makes four of them: four idle, and no more.
  const idle = needsWith({ ...busy, 'idle server, µs a second': 125_000 }, { members: 144_000 })
  t.is(idle.serverCores, 1.2 + 4 * 0.125)
})

test('a connection costs what it adds, and a flush the same with one row or ten', (t) => {
  const silence = (points: [size: number, each: number][], name: string) =>
    points.map(([size, each]) => ({ size, figures: { [name]: each } }))
  const growth = kept.growth.growth.map((sweep) => {
    if (sweep.id !== 'sockets') return sweep
    const figures = silence(
      [
        [100, 900],
        [1000, 30],
        [10_000, 4.8],
      ],
      'serverMicrosPerSocketAndSecond',
    )
    return {
      ...sweep,
      points: sweep.points.map((point, nth) => ({ ...point, figures: { ...point.figures, ...figures[nth]?.figures } })),
    }
  })
  const { values } = unitsFrom({ ...kept, growth: { ...kept.growth, growth } })
  t.is(values['socket, server µs a second'], 2)
  t.is(values['idle server, µs a second'], 28_000)

  const flush = { 'a flush of up to ten, worker µs': 1000, 'a flush of up to ten, database µs': 500 }
  // 120 messages of as many rooms, and of few rooms: a flush each, or one for ten.
  const many = needsWith(flush, { members: 144_000, roomsAMember: 1 })
  t.is(many.workerCores, 0.12)
  t.is(many.databaseCores, 0.06)
  t.is(needsWith(flush, { members: 144_000, roomsAMember: 0.001 }).workerCores, 0.012)
})

test('a run that is needed and not kept is named', (t) => {
  const without = kept.measures.filter(({ id }) => id !== 'P4')
  t.throws(() => unitsFrom({ ...kept, measures: without }), { instanceOf: Problem, message: /^P4 is not kept/ })
  const growth = { ...kept.growth, growth: kept.growth.growth.filter(({ id }) => id !== 'posts') }
  t.throws(() => unitsFrom({ ...kept, growth }), { instanceOf: Problem, message: /^growth of posts is not kept/ })
})

test('the costs are those of the runs, which the page names', (t) => {
  const run = { ...kept.growth.run, command: 'npm run bench -- P2 --seconds 7' }
  const measures = kept.measures.map((one) => (one.id === 'P2' ? { ...one, run } : one))
  t.true(withTables(read('docs/capacity.md'), unitsFrom({ ...kept, measures })).includes(run.command))

  const cheaper = kept.measures.map((one) =>
    one.id === 'P13'
      ? {
          ...one,
          contestants: one.contestants.map((each) => ({ ...each, medians: { ...each.medians, roomMebibytesMost: 1 } })),
        }
      : one,
  )
  t.is(unitsFrom({ ...kept, measures: cheaper }).values['busiest room there can be, MiB of Redis'], 1)
})
