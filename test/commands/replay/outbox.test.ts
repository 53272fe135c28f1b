import test from 'ava'
import type { Answer } from '../../../src/commands/replay/answer.ts'
import { Outbox, SendRefused } from '../../../src/commands/replay/outbox.ts'
import type { Saying } from '../../../src/commands/replay/outbox.ts'

/** A server that answers by the given script, one answer a try, and keeps what it acknowledged. */
function scripted(...script: (Answer['type'] | { code: string })[]) {
  const tries: string[] = []
  let seq = 0
  const send = async ({ id, body }: Saying): Promise<Answer<'ack'>> => {
    tries.push(body)
    const step = script.shift() ?? 'answered'
    if (step === 'lost') return { type: 'lost' }
    if (typeof step === 'object') {
      return { type: 'refused', code: step.code, detail: undefined, retryAfterMs: 1 }
    }
    seq += 1
    return {
      type: 'answered',
      frame: { type: 'ack', ref: 1, room: '1', id, epoch: 1, seq, duplicate: false, kept: 'buffered' },
    }
  }
  const outbox = new Outbox({ send, onLimited: () => undefined })
  outbox.go()
  return { outbox, tries }
}

test('lines go one by one, in order', async (t) => {
  const { outbox, tries } = scripted()

  const said = await Promise.all([outbox.say('a'), outbox.say('b'), outbox.say('c')])

  t.deepEqual(tries, ['a', 'b', 'c'])
  t.deepEqual(
    said.map((saying) => saying.place?.seq),
    [1, 2, 3],
  )
})

test('what is unknown, or refused for now, is tried again with the same id before anything else', async (t) => {
  const { outbox, tries } = scripted('lost', { code: 'timeout' }, { code: 'rate_limited' }, { code: 'buffer_full' })

  const [first, second] = await Promise.all([outbox.say('a', 'id-a'), outbox.say('b')])

  t.deepEqual(tries, ['a', 'a', 'a', 'a', 'a', 'b'])
  t.is(first.id, 'id-a')
  t.is(second.place?.seq, 2)
})

test('a definite no is told to whoever said it, and the next line goes', async (t) => {
  const { outbox } = scripted({ code: 'room_closed' })

  const refused = outbox.say('a')
  const next = outbox.say('b')

  await t.throwsAsync(refused, { instanceOf: SendRefused, message: /room_closed/ })
  t.is((await next).place?.seq, 1)
})

test('what an epoch did not keep is offered again with its id, unless it is known to be stored', async (t) => {
  const { outbox, tries } = scripted()
  for (const body of ['a', 'b', 'c']) await outbox.say(body)
  outbox.stored(2)

  outbox.offerAgain({ epoch: 1, seq: 1 })
  await outbox.say('d')

  t.deepEqual(tries, ['a', 'b', 'c', 'c', 'd'])
  t.deepEqual(
    outbox.said.map((saying) => saying.body),
    ['a', 'b', 'c', 'd'],
  )
})

test('nothing goes while nothing may go', async (t) => {
  const { outbox, tries } = scripted()
  outbox.halt()

  const waiting = outbox.say('a')
  await new Promise((resolve) => setImmediate(resolve))
  t.deepEqual(tries, [])

  outbox.giveUp(new Error('the session has ended'))
  await t.throwsAsync(waiting, { message: 'the session has ended' })
  await t.throwsAsync(outbox.say('b'), { message: 'the session has ended' })
})
