import test from 'ava'
import { excusedMs, isExcused, mostExcusedMs, stallMs, stallsOf } from './stalls.ts'

/** What a rolling update excuses, and what it does not. */
const second = (n: number): number => Date.UTC(2026, 10, 22) + n * 1000

/** The log of a process in which commands timed out at these seconds. */
function log(name: string, ...seconds: number[]) {
  const lines = seconds.map((at) => {
    const err = { type: 'Error', message: 'Command timed out' }
    return JSON.stringify({ level: 'warn', time: new Date(second(at)).toISOString(), err, msg: 'append has no answer' })
  })
  return { name, text: ['no line of JSON: Command timed out', ...lines, '{"msg":"listening"}', ''].join('\n') }
}

test('a stall that two processes have seen excuses what was answered then, and nothing before or after', (t) => {
  const stalls = stallsOf([log('server-2', 11), log('server-1', 10), log('worker-1')])

  t.deepEqual(stalls, [second(10), second(11)])
  for (const [at, expected] of [
    [7.999, false],
    [8, true],
    [10.5, true],
    [13, true],
    [13.001, false],
  ] as const) {
    t.is(isExcused(stalls, second(at)), expected, String(at))
  }
})

test('one process alone that does not hear Redis is not excused, however often', (t) => {
  t.deepEqual(stallsOf([log('server-1', 10, 11, 12, 13, 14), log('server-2'), log('worker-1')]), [])
})

test('what another has seen at another time excuses nobody', (t) => {
  const apart = stallMs / 1000 + 0.001

  t.deepEqual(stallsOf([log('server-1', 10), log('server-2', 10 + apart)]), [])
  t.deepEqual(stallsOf([log('server-1', 10), log('server-2', 12)]), [second(10), second(12)])
})

test('of one that goes on not to hear only what others have seen, too, is excused', (t) => {
  const stalls = stallsOf([log('server-1', 10, 13, 16, 19), log('worker-1', 10)])

  t.deepEqual(stalls, [second(10), second(10)])
  t.false(isExcused(stalls, second(16)))
})

test('how much of a run is excused is reckoned without counting anything twice', (t) => {
  t.is(excusedMs([]), 0)
  t.is(excusedMs([second(10)]), 2 * stallMs)
  t.is(excusedMs([second(10), second(10), second(11)]), 2 * stallMs + 1000)
  t.is(excusedMs([second(10), second(20)]), 4 * stallMs)
  const often = [10, 20, 30, 40].map(second)
  t.true(excusedMs(often) > mostExcusedMs && excusedMs(often.slice(1)) <= mostExcusedMs)
})
