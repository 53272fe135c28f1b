import test from 'ava'
import { randomUUIDv7 } from 'node:crypto'
import type { AccountId, RoomId } from '../../src/platform/ids.ts'
import { createSite } from '../support/ledger.ts'
import { line, placeOf } from './house.ts'
import { trioOf } from './trio.ts'

const { world, trio } = trioOf(test)

test('edit, delete and react are entries; history shows what came of them', async (t) => {
  const { east, west, bob, carol, roomOfThree } = trio()
  const room = await roomOfThree()
  const socket = await bob.listens(t, east, room)
  const others = await carol.listens(t, west, room)
  const kept = await socket.ask(line(room, 'helo'))
  const gone = await socket.ask(line(room, 'a secret'))
  const change = (type: string, target: object, more: object = {}) => ({
    ...{ type, room, id: randomUUIDv7(), target: placeOf(target as never) },
    ...more,
  })

  const answers = [
    await socket.ask(change('edit', kept, { body: 'hello' })),
    await others.ask(change('react', kept, { emoji: '👍' })),
    await socket.ask(change('react', kept, { emoji: '👍' })),
    await others.ask(change('react', kept, { emoji: '🎉' })),
    await others.ask(change('react', kept, { emoji: '🎉', action: 'remove' })),
    await socket.ask(change('delete', gone)),
  ]
  const page = (await bob.ask(west, `GET /v1/rooms/${room}/messages?limit=2`)).body
  const { items, people } = page as { items: object[]; people: { username: string }[] }

  t.deepEqual(
    answers.map((answer) => answer.type),
    Array.from({ length: 6 }, () => 'ack'),
  )
  t.like(items[0], {
    content: { body: 'hello' },
    reactions: [{ emoji: '👍', count: 2, mine: true, people: [carol.username, bob.username] }],
  })
  t.like(items[1], { content: null, reactions: [] })
  t.deepEqual(people.map(({ username }) => username).toSorted(), [bob.username, carol.username].toSorted())
  await others.hears('the edit', (frame) => frame['kind'] === 'edit' && frame['target'] === placeOf(kept))
})

test("only one's own messages are edited; the mentor may delete any", async (t) => {
  const { east, west, alice, bob, carol, roomOfThree } = trio()
  const room = await roomOfThree()
  const [mentor, writer, other] = [
    await alice.listens(t, east, room),
    await bob.listens(t, east, room),
    await carol.listens(t, west, room),
  ]
  const target = placeOf(await writer.ask(line(room, 'mine')))

  t.is((await other.ask({ type: 'edit', room, id: randomUUIDv7(), target, body: 'hers' }))['code'], 'forbidden')
  t.is((await mentor.ask({ type: 'edit', room, id: randomUUIDv7(), target, body: 'hers' }))['code'], 'forbidden')
  t.is((await other.ask({ type: 'delete', room, id: randomUUIDv7(), target }))['code'], 'forbidden')
  t.is((await mentor.ask({ type: 'delete', room, id: randomUUIDv7(), target })).type, 'ack')
  t.is((await writer.ask({ type: 'edit', room, id: randomUUIDv7(), target, body: 'again' }))['code'], 'bad_input')
})

test('an edit that was kept is acknowledged again when it is repeated after the message was deleted', async (t) => {
  const { east, bob, roomOfThree } = trio()
  const room = await roomOfThree()
  const socket = await bob.listens(t, east, room)
  const target = placeOf(await socket.ask(line(room, 'mine')))
  const edit = { type: 'edit', room, id: randomUUIDv7(), target, body: 'changed' }
  const first = await socket.ask(edit)
  await socket.ask({ type: 'delete', room, id: randomUUIDv7(), target })

  const again = await socket.ask(edit)

  t.is(again.type, 'ack')
  t.true(again['duplicate'] as boolean)
  t.is(placeOf(again), placeOf(first))
})

test('a target that was not kept is bad input', async (t) => {
  const { east, bob, roomOfThree } = trio()
  const room = await roomOfThree()
  const socket = await bob.listens(t, east, room)
  const { epoch, seq } = (await socket.ask(line(room, 'the last'))) as unknown as { epoch: number; seq: number }

  const beyond = await socket.ask(line(room, 'to nothing', { replyTo: `${epoch}:${seq + 100}` }))
  const older = await socket.ask(line(room, 'to nothing', { replyTo: `${epoch + 1}:${seq}` }))
  const join = await socket.ask({ type: 'react', room, id: randomUUIDv7(), target: `${epoch}:1`, emoji: '👍' })

  for (const answer of [beyond, older, join]) t.is(answer['code'], 'bad_input')
})

test('what was kept is known again when what it named went with an epoch', async (t) => {
  const { east, bob, roomOfThree } = trio()
  const room = await roomOfThree()
  const socket = await bob.listens(t, east, room)
  const site = await createSite(world())
  const gone = '1:9999'
  const frames = [
    { type: 'edit', body: 'hello', target: gone },
    { type: 'delete', target: gone },
    { type: 'react', emoji: '👍', target: gone },
    { type: 'send', body: 'I agree', replyTo: gone },
  ].map((frame) => ({ ...frame, room, id: randomUUIDv7() }))

  for (const frame of frames) {
    t.like(await socket.ask({ ...frame, id: randomUUIDv7() }), { type: 'error', code: 'bad_input' })
    const payload = Buffer.from(JSON.stringify({ body: 'as it was kept' }))
    const entry = { sender: bob.account as AccountId, id: frame.id, kind: 'text', payload }
    const kept = await site.ledger.append(Number(room) as RoomId, entry)
    t.is(kept.type, 'kept')

    const again = await socket.ask(frame)

    t.like(again, { type: 'ack', duplicate: true, seq: kept.type === 'kept' ? kept.place.seq : 0 })
  }
})
