import test from 'ava'
import { alarmsIn } from '../../../proof/checker/record/alarms.ts'
import { check } from '../../../proof/checker/index.ts'
import { broken, open, record, row, send } from './story.ts'

const lines = [send('a', [10, 20], { epoch: 1, seq: 1 })]
const rows = [row(1, 'a')]
const redis = { leftovers: [], usedBytesBefore: 10_000_000, usedBytesAfter: 10_400_000 }

test('C12: a Redis that holds what nobody needs, or has grown, is reported', (t) => {
  const grown = { ...redis, usedBytesAfter: 13_000_000 }
  const left = { ...redis, leftovers: ['{b001}:room:1:buffer: 3 entries of a closed room'] }

  t.deepEqual(check(lines, record(rows, open(), { redis })).violations, [])
  t.deepEqual(broken(check(lines, record(rows, open(), { redis: grown }))), ['C12'])
  t.deepEqual(broken(check(lines, record(rows, open(), { redis: left }))), ['C12'])
})

test('C13: an alarm in a log is reported in its own words', (t) => {
  const { violations } = check(lines, record(rows, open(), { alarms: ['server-1: unhandled rejection'] }))

  t.like(violations[0], { rule: 'C13', proof: ['server-1: unhandled rejection'] })
})

test('C13: an answer that no client can make sense of is reported', (t) => {
  const oddity = { what: 'log', at: 30, name: 'load', detail: 'cannot read {' } as const
  const lateFault = { ...oddity, name: 'redis: paused', detail: 'could not be undone' }

  t.deepEqual(broken(check([...lines, oddity], record(rows))), ['C13'])
  t.deepEqual(broken(check([...lines, lateFault], record(rows))), [])
})

test('C13: an answer that says internal is reported, one that says unavailable is not', (t) => {
  const answered = (code: string) => [...lines, send('b', [30, 40], { outcome: 'unknown', code })]

  t.deepEqual(broken(check(answered('internal'), record(rows))), ['C13'])
  t.deepEqual(broken(check(answered('unavailable'), record(rows))), [])
})

test('C13: whatever is logged at level 50 and above is an alarm, but for what is excused by name', (t) => {
  const says = (level: string | number, msg: string) => JSON.stringify({ level, msg, err: { type: 'TypeError' } })
  const text = [
    says('error', 'request failed'),
    says('error', 'handshake failed'),
    says(50, 'a frame failed'),
    says('fatal', 'nobody has ever said this'),
    says('error', 'acknowledged entries may be lost'),
    says('warn', 'request could not be served'),
    '{"level":"error","msg":"cut off by a k',
    'node: error',
    '',
  ].join('\n')

  const alarms = alarmsIn([{ name: 'server-1', text }])

  t.is(alarms.length, 4)
  for (const alarm of alarms) t.regex(alarm, /^server-1: .*(failed|nobody)/)
})

test('what could not be looked at is said', (t) => {
  const unseen = [{ rule: 'C9', why: 'pages are folded' }] as const
  const verdict = check(lines, record(rows, open(), { unseen }))

  t.deepEqual(
    verdict.unseen.map(({ rule }) => rule),
    ['C9', 'C12', 'C14'],
  )
})
