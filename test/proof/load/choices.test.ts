import test from 'ava'
import { Chance } from '../../../proof/chance.ts'
import { ServerClock } from '../../../proof/load/clock.ts'
import { isDoubted } from '../../../proof/load/member.ts'
import { Notes } from '../../../proof/load/notes.ts'
import { History } from '../../../proof/history/history.ts'
import { endingOf } from '../../../proof/load/door.ts'
import type { Reply } from '../../../proof/load/door.ts'
import { scriptOf } from '../../../proof/load/script.ts'
import type { Step } from '../../../proof/load/script.ts'
import { somethingToSay, tooLong } from '../../../proof/load/texts.ts'
import { Problem, codes } from '../../../src/platform/errors.ts'
import type { Code } from '../../../src/platform/errors.ts'
import { isUuidV7 } from '../../../src/platform/ids.ts'
import { bodyOf } from '../../../src/chat/message.ts'

function firstSteps(seed: number, count = 2000): Step[] {
  return [...scriptOf(new Chance(seed).fork('room'), { people: 7, messagesPerSecond: 50 }).take(count)]
}

test('the same seed makes the same things happen, another seed others', (t) => {
  const steps = firstSteps(42)

  t.deepEqual(firstSteps(42), steps)
  t.notDeepEqual(firstSteps(43), steps)
})

test('in a while everything happens that can happen in a room, at about the rate that is wanted', (t) => {
  const steps = firstSteps(1, 20_000)

  const kinds = new Set(steps.map(({ what }) => what))
  t.deepEqual([...kinds].toSorted(), [
    'burst',
    'cut',
    'delete',
    'edit',
    'kick',
    'leave',
    'react',
    'rewind',
    'say',
    'slow',
  ])
  const seconds = steps.reduce((sum, { afterMs }) => sum + afterMs, 0) / 1000
  const perSecond = steps.filter(({ what }) => what === 'say').length / seconds
  t.true(perSecond > 48 && perSecond < 52, `${perSecond} lines a second`)
  t.true(steps.every((step) => !('who' in step) || (step.who >= 0 && step.who < 7)))
})

test('some of what was acknowledged is said once more, by another way', (t) => {
  const lines = firstSteps(1, 20_000).flatMap((step) => (step.what === 'say' ? [step] : []))
  const doubted = lines.filter(isDoubted).length / lines.length

  t.true(doubted > 0.03 && doubted < 0.05, String(doubted))
})

test('what a part chooses does not depend on what another part chose before', (t) => {
  const [asked, untouched] = [new Chance(5), new Chance(5)]
  for (let times = 0; times < 100; times += 1) asked.next()

  t.is(asked.fork('timeline').next(), untouched.fork('timeline').next())
})

test('everything that is said is a message that may be said, up to the last byte, but for what is too long on purpose', (t) => {
  const chance = new Chance(3)
  const schema = bodyOf(4096)
  const bodies = Array.from({ length: 5000 }, () => somethingToSay(chance))

  for (const body of bodies) t.true(schema.safeParse(body).success, body)
  t.is(Math.max(...bodies.map((body) => Buffer.byteLength(body))), 4096)
  t.is(Buffer.byteLength(tooLong(chance)), 4097)
  t.false(schema.safeParse(tooLong(chance)).success)
})

test('ids of messages carry the time of the server, however wrong the own clock is', (t) => {
  const clock = new ServerClock()
  const serverMs = Date.now() - 3_600_000

  clock.heard(new Date(serverMs).toISOString())

  const id = clock.uuid()
  t.true(isUuidV7(id))
  t.true(Math.abs(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) - serverMs) < 60_000)
  t.not(clock.uuid(), clock.uuid())
})

test('an answer is taken for what the table of codes says of it', (t) => {
  for (const code of Object.keys(codes) as Code[]) {
    const problem = new Problem(code)
    const reply: Reply = { type: 'answered', status: problem.status, retryMs: undefined, body: problem.toDocument('r') }

    // The request before it under the same key may have done it.
    const expected = code === 'key_in_use' ? 'unknown' : codes[code].outcome
    t.is(endingOf(reply).outcome, expected, code)
    t.is(endingOf(reply).code, code)
  }
})

test('what comes from something before the servers, and no answer at all, says nothing about what was done', (t) => {
  const page: Reply = { type: 'answered', status: 502, retryMs: undefined, body: undefined }

  t.deepEqual(endingOf(page), { outcome: 'unknown', code: 'http_502', retryMs: undefined })
  t.deepEqual(endingOf({ type: 'lost', reason: 'ECONNRESET' }), { outcome: 'unknown', code: 'ECONNRESET' })
  t.deepEqual(endingOf({ type: 'answered', status: 201, retryMs: undefined, body: {} }), { outcome: 'ok' })
})

test('what nobody knows when the run ends is written down as unknown without an end, whatever comes then', (t) => {
  const history = new History()
  const notes = new Notes(history)
  const line = { what: 'send' as const, client: 'alice/1', by: 'alice', room: '1', kind: 'text' as const, body: '안녕' }
  const answered = notes.begin({ ...line, id: 'first' })
  const neverAnswered = notes.begin({ ...line, id: 'second' })

  answered({ outcome: 'ok' }, { epoch: 1, seq: 2, isDuplicate: false })
  notes.end()
  neverAnswered({ outcome: 'ok' })

  t.is(history.lines.length, 2)
  t.like(history.lines[0], { id: 'first', outcome: 'ok', epoch: 1, seq: 2 })
  t.like(history.lines[1], { id: 'second', outcome: 'unknown', ended: undefined, code: 'the run ended' })
  t.deepEqual(notes.counts, { sent: 2, acked: 1, unknown: 1, refused: 0, heard: 0 })
})
