import test from 'ava'
import type { ExecutionContext } from 'ava'
import { Subscription } from '../../src/chat/subscription.ts'
import type { Sound } from '../../src/chat/subscription.ts'
import { textFrame } from '../../src/platform/ws/text-frame.ts'
import { eventually } from '../support/eventually.ts'
import { createPorch } from '../platform/ws/porch.ts'

const framed = (body: object): Buffer => textFrame(JSON.stringify(body))

function entries(epoch: number, ...seqs: number[]): Sound {
  const frames = seqs.map((seq) => framed({ type: 'entry', epoch, seq }))
  const ends = frames.map((_, index) => Buffer.concat(frames.slice(0, index + 1)).length)
  return { type: 'entries', epoch, frames: { seqs, ends, bytes: Buffer.concat(frames) } }
}

function newEpoch(epoch: number, keptSeq: number): Sound {
  return { type: 'epoch', epoch, keptSeq, bytes: framed({ type: 'epoch', epoch }) }
}

/** A subscription on a real socket; `heard` is what its client was told, in short. */
async function subscribed(t: ExecutionContext) {
  const { socket, connection } = await (await createPorch(t)).open()
  const subscription = new Subscription(connection, () => undefined)
  const answer = (): void => connection.send({ type: 'subscribed' })
  const heard = async (count: number): Promise<string[]> => {
    connection.send({ type: 'last' })
    await eventually(() => socket.frames.some(({ type }) => type === 'last'))
    const told = socket.frames.filter(({ type }) => type !== 'last' && type !== 'hello')
    t.is(told.length, count)
    return told.map(({ type, epoch, seq }) =>
      type === 'entry' ? `${epoch}:${seq}` : [type, epoch].filter(Boolean).join(' '),
    )
  }
  return { subscription, answer, heard }
}

test('what was held and is new follows the answer, in order', async (t) => {
  const { subscription, answer, heard } = await subscribed(t)
  subscription.hear(entries(1, 4, 5))
  subscription.hear(entries(1, 6))
  subscription.hear(newEpoch(2, 5))
  subscription.hear(entries(2, 6))

  t.true(await subscription.release({ epoch: 1, seq: 4 }, answer))
  subscription.hear(entries(2, 7))

  t.deepEqual(await heard(6), ['subscribed', '1:5', '1:6', 'epoch 2', '2:6', '2:7'])
})

test('who was told of a new epoch while the room still had to tell it hears nothing of it twice', async (t) => {
  const { subscription, answer, heard } = await subscribed(t)
  subscription.hear(entries(1, 23, 24))
  subscription.hear(newEpoch(2, 0))
  subscription.hear(entries(2, 1, 2))
  subscription.hear(entries(2, 3))

  t.true(await subscription.release({ epoch: 2, seq: 2 }, answer))

  t.deepEqual(await heard(2), ['subscribed', '2:3'])
})

test('what the room tells late, after the answer, is not told twice either', async (t) => {
  const { subscription, answer, heard } = await subscribed(t)
  subscription.hear(entries(1, 24))

  t.true(await subscription.release({ epoch: 2, seq: 2 }, answer))
  subscription.hear(newEpoch(2, 0))
  subscription.hear(entries(2, 1, 2, 3))
  subscription.hear(newEpoch(3, 2))
  subscription.hear(entries(3, 3))

  t.deepEqual(await heard(4), ['subscribed', '2:3', 'epoch 3', '3:3'])
})
