import test from 'ava'
import { figuresOf, requireLedger } from '../../bench/chat/figures.ts'
import { socketsOf } from '../../bench/chat/load.ts'
import { secondsInStat, usedBetween } from '../../bench/processor-time.ts'

const report = {
  ...{ sent: 100, acknowledged: 100, deliveries: 20_000, missing: 0, duplicates: 0, overtaken: 0 },
  ...{ latenciesMs: [1, 2, 3, 100], cpuSeconds: 0.5, seconds: 2, roomsInDisorder: 0, busiest: 0.25 },
}

test('a round becomes figures: rates, processor time of all and of Node alone, and how busy the load was', (t) => {
  const figures = figuresOf(report, { 'server-1': 0.4, 'worker-1': 0.1, redis: 0.3, nginx: 0.2 })
  t.like(figures, {
    ...{ deliveriesPerSecond: 10_000, messagesPerSecond: 50, cpuMicrosPerDelivery: 50 },
    ...{ nodeCpuMicrosPerDelivery: 25, p50Ms: 2, p99Ms: 100, 'redis percent': 15 },
    'load percent of its busiest process': 25,
  })
})

test('what is stored afterwards is a figure of its own, and counted in where it is said', (t) => {
  const used = { 'server-1': 0.4, 'worker-1': 0.1, redis: 0.3, nginx: 0.2 }
  t.like(figuresOf(report, used, { seconds: 3, cpuSeconds: 0.2 }), {
    ...{ cpuMicrosPerDelivery: 50, storedCpuMicrosPerDelivery: 60 },
    ...{ cpuMicrosPerMessage: 10_000, storingMicrosPerMessage: 2000, storedCpuMicrosPerMessage: 12_000 },
    ...{ messagesPerSecond: 50, storingSeconds: 3, storedMessagesPerSecond: 20 },
  })
  const storedAtOnce = figuresOf(report, used)
  t.like(storedAtOnce, { storedCpuMicrosPerDelivery: 50, storedCpuMicrosPerMessage: 10_000 })
  t.false('storingMicrosPerMessage' in storedAtOnce)
})

const faults: [what: string, change: object, words: RegExp][] = [
  ['a delivery that is missing', { missing: 1 }, /1 deliveries or acknowledgements are missing/],
  ['a delivery that came twice', { duplicates: 2 }, /came twice/],
  ['a message before an earlier one', { overtaken: 1 }, /before earlier ones/],
  ['listeners with different orders', { roomsInDisorder: 1 }, /different orders/],
  ['a message without an answer', { acknowledged: 99 }, /99 of 100/],
]

for (const [what, change, words] of faults) {
  test(`${what} breaks the promise of Madang`, (t) => {
    t.throws(() => requireLedger({ ...report, ...change }), { message: words })
  })
}

test('a round that lost nothing keeps the promise', (t) => {
  t.notThrows(() => requireLedger(report))
})

test('processor time is read behind a name that may hold anything', (t) => {
  const rest = ['S', ...Array.from({ length: 10 }, () => '0'), '150', '50', '7'].join(' ')
  t.is(secondsInStat(`17 (node) 9) ${rest} 3 0`), 2)
  t.is(secondsInStat(`17 (node) 9) ${rest} 3 0`, 'ended children'), 0.1)
  t.throws(() => secondsInStat('17 (node) S'))
  t.deepEqual(usedBetween({ redis: 1 }, { redis: 3, nginx: 2 }), { redis: 2, nginx: 2 })
})

test('sockets come in by Nginx with networks of their own, by each server in turn, or by the first alone', (t) => {
  const doors = { address: 'http://localhost:8080', servers: ['http://127.0.0.1:1', 'http://127.0.0.1:2'] }
  const load = { type: 'paced', seconds: 1, perSecond: 1 } as const
  const shape = { rooms: 2, listeners: 3, speakers: 1, load }
  const people = { roomNames: ['a', 'b'], tokens: ['t0', 't1', 't2', 't3', 't4', 't5'] }
  const portsBy = (through: 'nginx' | 'servers' | 'one server'): number[] =>
    socketsOf(shape, { ...doors, through }, people).map(({ port }) => port)
  t.deepEqual(portsBy('nginx'), [8080, 8080, 8080, 8080, 8080, 8080])
  t.deepEqual(portsBy('servers'), [1, 2, 1, 2, 1, 2])
  t.deepEqual(portsBy('one server'), [1, 1, 1, 1, 1, 1])
  const sockets = socketsOf(shape, { ...doors, through: 'nginx' }, people)
  t.deepEqual(
    sockets.map(({ room, sender }) => [room, sender]),
    [
      ['a', 0],
      ['a', undefined],
      ['a', undefined],
      ['b', 1],
      ['b', undefined],
      ['b', undefined],
    ],
  )
  t.is(new Set(sockets.map(({ from }) => from)).size, 6)
})
