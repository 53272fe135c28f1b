import { markdownTable, withBlocks } from '../report/blocks.ts'
import { runsOf } from '../report/readme.ts'
import { loadOf, needsOf, processesFor, supposed } from './reckon.ts'
import type { Community } from './reckon.ts'
import { rowsOfFlush } from './units.ts'
import type { Units } from './units.ts'

/** The tables of docs/capacity.md, each between two comments that name it. */

export function withTables(page: string, units: Units): string {
  return withBlocks(page, tablesOf(units))
}

function tablesOf(units: Units): Record<string, string> {
  return {
    units: `${unitTable(units)}\n\n${runsOf(units.sources)}`,
    machine: machineTable(units),
    'one machine': oneMachine(units),
    communities: communityTable(units, [
      { ...supposed, members: 10_000 },
      { ...supposed, members: 1_000_000 },
      { ...supposed, members: 10_000_000 },
    ]),
  }
}

function unitTable({ values }: Units): string {
  return markdownTable(
    ['unit', 'cost'],
    Object.entries(values).map(([name, value]) => [name, show(value)]),
  )
}

/** What one core at half its time, or a GiB, comes to, of each kind of work alone. */
function machineTable({ values }: Units): string {
  const perCore = (micros: number): string => show(500_000 / micros)
  const of = (name: string): number => values[name] ?? Number.NaN
  const message = of('message, server µs') + supposed.listeners * of('delivery, server µs')
  return markdownTable(
    ['a core at half its time serves', 'a second'],
    [
      [`messages to ${supposed.listeners} listeners, as a server`, perCore(message)],
      [
        'deliveries in a saturated room, all processes together',
        perCore(of('delivery in a saturated room, all processes µs')),
      ],
      ['feed pages, as a server', perCore(of('page, server µs'))],
      ['feed pages, as the database', perCore(of('page, database µs'))],
      ['messages, as Redis, each by itself', perCore(of('message, Redis µs'))],
      ['messages, as Redis, among thousands', perCore(of('message among thousands a second, Redis µs'))],
      ['messages stored ten at a time, as a worker', perCore(of('a flush of up to ten, worker µs') / rowsOfFlush)],
      ['sockets in a GiB of a server', show(1024 ** 2 / of('socket, KiB'))],
      ['streams in a GiB of a server', show(1024 ** 2 / of('stream, KiB'))],
      ['awake rooms in a GiB of Redis', show(1024 ** 2 / of('room that is awake, KiB of Redis'))],
    ],
  )
}

/** What a community of 100,000 would take of the two cores of `npm start`. */
function oneMachine(units: Units): string {
  const community = { ...supposed, members: 100_000 }
  const load = loadOf(community)
  const needs = needsOf(units, load, community)
  const { serverCores, nginxCores, redisCores, workerCores, databaseCores } = needs
  const parts = [serverCores, nginxCores, redisCores, workerCores, databaseCores]
  const all = parts.reduce((sum, each) => sum + each, 0)
  return [
    `A community of ${show(community.members)} would have ${show(load.messages)} messages and ${show(load.deliveries)} deliveries a second in its busiest minute.`,
    `By these costs that is ${show(serverCores)} of a core for the servers, ${show(nginxCores)} for Nginx, ${show(redisCores)} for Redis,`,
    `${show(workerCores)} for the worker and ${show(databaseCores)} for MySQL: ${show(all)} of two.`,
  ].join('\n')
}

function communityTable(units: Units, communities: readonly Community[]): string {
  const all = communities.map((community) => {
    const load = loadOf(community)
    return { community, load, needs: needsOf(units, load, community) }
  })
  const row = (name: string, value: (each: (typeof all)[number]) => number | string): string[] => [
    name,
    ...all.map((each) => {
      const found = value(each)
      return typeof found === 'number' ? show(found) : found
    }),
  ]
  const processes = (cores: number): string => `${show(cores)} → ${show(processesFor(cores))}`
  return markdownTable(
    ['members', ...communities.map(({ members }) => show(members))],
    [
      row('connected', ({ load }) => load.connected),
      row('messages a second', ({ load }) => load.messages),
      row('deliveries a second', ({ load }) => load.deliveries),
      row('feed pages a second', ({ load }) => load.pages),
      row('rooms that are stored in a second', ({ load }) => load.flushes),
      row('servers, rooms kept together: cores busy → processes', ({ needs }) => processes(needs.serverCores)),
      row('servers, rooms spread over all, at most: cores busy → processes', ({ needs }) =>
        processes(needs.serverCoresSpread),
      ),
      row('servers: GiB for connections', ({ needs }) => needs.serverGib),
      row('Nginx: cores busy → workers', ({ needs }) => processes(needs.nginxCores)),
      row('Nginx: workers that hold the connections', ({ needs }) => needs.nginxWorkersForConnections),
      row('Redis, each message by itself: cores busy → shards', ({ needs }) => processes(needs.redisCores)),
      row('Redis, as among thousands a second: cores busy → shards', ({ needs }) =>
        processes(needs.redisCoresAmongThousands),
      ),
      row('Redis: GiB for rooms', ({ needs }) => needs.redisGib),
      row('workers: cores busy → processes', ({ needs }) => processes(needs.workerCores)),
      row('workers: processes for so many rooms', ({ needs }) => needs.workersForFlushes),
      row('MySQL: cores busy → cores', ({ needs }) => processes(needs.databaseCores)),
      row('MySQL: GiB a year', ({ needs }) => needs.diskGibAYear),
      row('MySQL: shards of 16 cores and 8 TiB', ({ needs }) => needs.databaseShards),
      row('network out, Mbit/s', ({ needs }) => needs.megabitsOut),
      row('network from servers to Nginx, Mbit/s', ({ needs }) => needs.megabitsInside),
      row('network from Redis to servers, rooms spread, at most, Mbit/s', ({ needs }) => needs.megabitsFromRedis),
    ],
  )
}

/** Three digits that count: more would promise what no guess can keep. */
function show(value: number): string {
  const rounded = Number(value.toPrecision(3))
  return rounded.toLocaleString('en', { maximumFractionDigits: 3 })
}
