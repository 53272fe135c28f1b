import test from 'ava'
import { Lanes } from '../../src/chat/lanes.ts'
import type { Prepared } from '../../src/chat/outcome.ts'
import type { AppendOutcome, NewEntry } from '../../src/ledger/index.ts'
import { Problem } from '../../src/platform/errors.ts'
import type { AccountId, RoomId } from '../../src/platform/ids.ts'

const room = 7 as RoomId
const kept: AppendOutcome = { type: 'kept', place: { epoch: 1, seq: 1 }, at: 0, isDuplicate: false, kept: 'buffered' }
const unknown: AppendOutcome = { type: 'unknown', reason: 'timeout' }

function line(id: string): Prepared {
  const entry: NewEntry = { sender: 1 as AccountId, id, kind: 'text', payload: Buffer.alloc(0) }
  return { type: 'entry', entry }
}

/** A ledger that writes down what it is handed. */
function handing(outcomeOf: (id: string) => AppendOutcome | Promise<AppendOutcome> = () => kept) {
  const handed: string[] = []
  const lanes = new Lanes({
    async append(_, { id }) {
      handed.push(id)
      return outcomeOf(id)
    },
  })
  return { handed, lanes }
}

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  const [result] = await Promise.allSettled([work])
  return result.status === 'rejected' && result.reason instanceof Problem ? result.reason.code : result.status
}

test('a line that needs no look-up is handed over before anything else happens', (t) => {
  const { handed, lanes } = handing()

  void lanes.say(room, () => line('a'))

  t.deepEqual(handed, ['a'])
})

test('what follows a look-up waits for it; other rooms do not', async (t) => {
  const { handed, lanes } = handing()
  const look = Promise.withResolvers<Prepared>()

  const said = [lanes.say(room, () => look.promise), ...['b', 'c'].map((id) => lanes.say(room, () => line(id)))]
  void lanes.say(8 as RoomId, () => line('elsewhere'))
  t.deepEqual(handed, ['elsewhere'])
  look.resolve(line('a'))
  await Promise.all(said)

  t.deepEqual(handed, ['elsewhere', 'a', 'b', 'c'])
})

test('a line that is refused lets the next ones pass', async (t) => {
  const { handed, lanes } = handing()

  const refused = lanes.say(room, () => Promise.reject(new Problem('bad_input')))
  const next = lanes.say(room, () => line('b'))

  t.is(await codeOf(refused), 'bad_input')
  t.is(await codeOf(next), 'fulfilled')
  t.deepEqual(handed, ['b'])
})

test('what waits behind a line of unknown outcome fails and is not handed over', async (t) => {
  const { handed, lanes } = handing((id) => (id === 'a' ? unknown : kept))
  const look = Promise.withResolvers<Prepared>()

  const first = lanes.say(room, async () => line('a'))
  const second = lanes.say(room, () => look.promise)
  const third = lanes.say(room, () => line('c'))
  t.deepEqual(await first, unknown)
  look.resolve(line('b'))

  t.is(await codeOf(second), 'unavailable')
  t.is(await codeOf(third), 'unavailable')
  t.deepEqual(handed, ['a'])
})

test('what is looked up behind a line of unknown outcome fails too', async (t) => {
  const answer = Promise.withResolvers<AppendOutcome>()
  const { handed, lanes } = handing(() => answer.promise)
  const look = Promise.withResolvers<Prepared>()

  const first = lanes.say(room, () => line('a'))
  const second = lanes.say(room, () => look.promise)
  answer.resolve(unknown)
  await first
  look.resolve(line('b'))

  t.is(await codeOf(second), 'unavailable')
  t.deepEqual(handed, ['a'])
})

test('so many lines wait and not one more', async (t) => {
  const { handed, lanes } = handing()
  const look = Promise.withResolvers<Prepared>()
  const waiting = [lanes.say(room, () => look.promise)]
  for (let turn = 1; turn < 500; turn += 1) waiting.push(lanes.say(room, () => line(`${turn}`)))

  t.is(await codeOf(lanes.say(room, () => line('one more'))), 'rate_limited')
  look.resolve(line('0'))
  await Promise.all(waiting)

  t.is(handed.length, 500)
})
