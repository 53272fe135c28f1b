import test from 'ava'
import * as fc from 'fast-check'
import assert from 'node:assert/strict'
import { Lanes } from '../../src/chat/lanes.ts'
import type { Prepared } from '../../src/chat/outcome.ts'
import type { AppendOutcome, Ledger, NewEntry } from '../../src/ledger/index.ts'
import { Problem } from '../../src/platform/errors.ts'
import type { AccountId, RoomId } from '../../src/platform/ids.ts'
import { eventually } from '../support/eventually.ts'
import { SpokenLanes } from './spoken-lanes.ts'
import { seeded } from '../support/seeded.ts'

const room = 7 as RoomId
const kept: AppendOutcome = { type: 'kept', place: { epoch: 1, seq: 1 }, at: 0, isDuplicate: false, kept: 'buffered' }
const unknown: AppendOutcome = { type: 'unknown', reason: 'timeout' }

function line(id: string): Prepared {
  const entry: NewEntry = { sender: 1 as AccountId, id, kind: 'text', payload: Buffer.alloc(0) }
  return { type: 'entry', entry }
}

interface Waiting {
  room: RoomId
  told: (outcome: AppendOutcome) => void
  failed: (error: unknown) => void
}

/** A ledger that writes down what it is handed. */
function handing(outcomeOf: (id: string) => AppendOutcome | Promise<AppendOutcome> = () => kept) {
  const handed: string[] = []
  const ledger: Pick<Ledger, 'append'> = {
    async append(_, { id }) {
      handed.push(id)
      return outcomeOf(id)
    },
  }
  const lanes = new Lanes<Waiting>(ledger, {
    told: ({ told }, outcome) => told(outcome),
    failed: ({ failed }, error) => failed(error),
  })
  const say = (ofRoom: RoomId, prepare: () => Prepared | Promise<Prepared>): Promise<AppendOutcome> =>
    new Promise((told, failed) => void lanes.say({ room: ofRoom, told, failed }, prepare))
  return { handed, say }
}

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  const [result] = await Promise.allSettled([work])
  return result.status === 'rejected' && result.reason instanceof Problem ? result.reason.code : result.status
}

test('a line that needs no look-up is handed over before anything else happens', (t) => {
  const { handed, say } = handing()

  void say(room, () => line('a'))

  t.deepEqual(handed, ['a'])
})

test('what follows a look-up waits for it; other rooms do not', async (t) => {
  const { handed, say } = handing()
  const look = Promise.withResolvers<Prepared>()

  const said = [say(room, () => look.promise), ...['b', 'c'].map((id) => say(room, () => line(id)))]
  void say(8 as RoomId, () => line('elsewhere'))
  t.deepEqual(handed, ['elsewhere'])
  look.resolve(line('a'))
  await Promise.all(said)

  t.deepEqual(handed, ['elsewhere', 'a', 'b', 'c'])
})

test('a line that is refused lets the next ones pass', async (t) => {
  const { handed, say } = handing()

  const refused = say(room, () => Promise.reject(new Problem('bad_input')))
  const next = say(room, () => line('b'))

  t.is(await codeOf(refused), 'bad_input')
  t.is(await codeOf(next), 'fulfilled')
  t.deepEqual(handed, ['b'])
})

test('what waits behind a line of unknown outcome fails and is not handed over', async (t) => {
  const { handed, say } = handing((id) => (id === 'a' ? unknown : kept))
  const look = Promise.withResolvers<Prepared>()

  const first = say(room, async () => line('a'))
  const second = say(room, () => look.promise)
  const third = say(room, () => line('c'))
  t.deepEqual(await first, unknown)
  look.resolve(line('b'))

  t.is(await codeOf(second), 'unavailable')
  t.is(await codeOf(third), 'unavailable')
  t.deepEqual(handed, ['a'])
})

test('what is looked up behind a line of unknown outcome fails too', async (t) => {
  const answer = Promise.withResolvers<AppendOutcome>()
  const { handed, say } = handing(() => answer.promise)
  const look = Promise.withResolvers<Prepared>()

  const first = say(room, () => line('a'))
  const second = say(room, () => look.promise)
  answer.resolve(unknown)
  await first
  look.resolve(line('b'))

  t.is(await codeOf(second), 'unavailable')
  t.deepEqual(handed, ['a'])
})

test('a look-up that ends in the very moment of an unknown outcome comes too late', async (t) => {
  const answer = Promise.withResolvers<AppendOutcome>()
  const { handed, say } = handing(() => answer.promise)
  const look = Promise.withResolvers<Prepared>()

  const first = say(room, async () => line('a'))
  await eventually(() => handed.length === 1)
  const second = say(room, () => look.promise)
  answer.resolve(unknown)
  look.resolve(line('b'))

  t.deepEqual(await first, unknown)
  t.is(await codeOf(second), 'unavailable')
  t.deepEqual(handed, ['a'])
})

test('so many lines wait and not one more', async (t) => {
  const { handed, say } = handing()
  const look = Promise.withResolvers<Prepared>()
  const waiting = [say(room, () => look.promise)]
  for (let turn = 1; turn < 500; turn += 1) waiting.push(say(room, () => line(`${turn}`)))

  t.is(await codeOf(say(room, () => line('one more'))), 'rate_limited')
  look.resolve(line('0'))
  await Promise.all(waiting)

  t.is(handed.length, 500)
})

const rooms = [7, 8] as RoomId[]
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      room: fc.constantFrom(...rooms),
      look: fc.constantFrom('at once' as const, 'finds' as const, 'finds' as const, 'refuses' as const),
      answer: fc.constantFrom('kept' as const, 'kept' as const, 'closed' as const, 'unknown' as const),
    }),
  },
  { weight: 2, arbitrary: fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }) },
)
const mostWaiting = 4

/** What must be so of one speaker's lines in one room, in whatever order things came to pass. */
function holdToPromise(at: SpokenLanes, ofRoom: RoomId): void {
  const lines = at.lines.filter((one) => one.room === ofRoom)
  const handed = at.handed.filter((one) => one.room === ofRoom)
  assert.deepEqual(
    handed,
    lines.filter((one) => handed.includes(one)),
    'in the order in which they were said',
  )
  for (const one of lines) {
    const ends = handed.includes(one) ? [one.answer, 'unknown'] : ['bad_input', 'rate_limited', 'unavailable']
    assert.ok(ends.includes(String(one.told)), `line ${one.id} was told ${one.told}`)
    assert.equal(one.told === 'rate_limited', one.isOneTooMany, `line ${one.id} was told ${one.told}`)
    if (one.told === 'bad_input') assert.equal(one.look, 'refuses')
    if (one.told === 'kept')
      assert.ok(
        one.behind.every(({ told }) => told !== 'unknown'),
        `line ${one.id} overtook`,
      )
    if (one.told === 'unavailable') {
      assert.ok(
        lines.slice(0, lines.indexOf(one)).some(({ told }) => told === 'unknown'),
        `line ${one.id} failed for nothing`,
      )
    }
  }
}

test('whatever waits for what: lines keep their order, none overtakes one of unknown outcome, each is told its end', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 40 }), async (steps) => {
      const at = new SpokenLanes(mostWaiting)
      for (const taken of steps) {
        if (Array.isArray(taken)) await at.moments.come(taken)
        else at.say(taken.room, taken)
      }
      await at.moments.rest()
      for (const one of rooms) {
        holdToPromise(at, one)
        at.say(one, { look: 'at once', answer: 'kept' })
      }
    }),
    seeded(1000),
  )
  t.pass()
})
