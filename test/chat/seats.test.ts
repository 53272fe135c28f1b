import test from 'ava'
import { randomUUIDv7 } from 'node:crypto'
import { bodiesOf, entriesOf, hearsLine, line } from './house.ts'
import { trioOf } from './trio.ts'

const { trio } = trioOf(test)

test('a member who is kicked in mid-sentence is told so, and nothing behind it', async (t) => {
  const { east, west, alice, bob, carol, roomOfThree } = trio()
  const room = await roomOfThree()
  const listener = await alice.listens(t, east, room)
  const kicked = await carol.listens(t, west, room)
  const sentence = Array.from({ length: 20 }, (_, word) => kicked.ask(line(room, `word ${word}`)))

  const answer = await alice.ask(east, `DELETE /v1/rooms/${room}/members/${carol.username}`)
  await kicked.hears('the end', (frame) => frame.type === 'unsubscribed')
  const late = await kicked.ask(line(room, 'too late'))
  await bob.ask(east, `POST /v1/rooms/${room}/messages`, { id: randomUUIDv7(), body: 'she is gone' })
  await hearsLine(listener, 'she is gone')

  t.is(answer.status, 204)
  t.is(late['code'], 'not_member')
  const acked = (await Promise.all(sentence)).filter((frame) => frame.type === 'ack')
  t.is(bodiesOf(listener).filter((body) => body.startsWith('word')).length, acked.length)
  t.is(entriesOf(kicked).at(-1)?.['kind'], 'kick')
  t.deepEqual(kicked.ofType('unsubscribed'), [{ type: 'unsubscribed', room, reason: 'kicked' }])
  t.is(kicked.ofType('error')[0]?.['code'], 'not_member')
  t.is((await kicked.ask({ type: 'subscribe', room }))['code'], 'not_member')
  t.is((await carol.ask(west, `GET /v1/rooms/${room}/messages`)).status, 404)
})

test('who was kicked may take a seat again and is heard again', async (t) => {
  const { east, west, alice, carol, roomOfThree } = trio()
  const room = await roomOfThree()
  await alice.ask(east, `DELETE /v1/rooms/${room}/members/${carol.username}`)
  await carol.joins(west, room)

  const socket = await carol.listens(t, west, room)
  const ack = await socket.ask(line(room, 'back again'))

  t.is(ack.type, 'ack')
})

test('leaving ends the subscription on all devices', async (t) => {
  const { east, west, bob, roomOfThree } = trio()
  const room = await roomOfThree()
  const devices = [await bob.listens(t, east, room), await bob.listens(t, west, room)]

  await bob.ask(east, `DELETE /v1/rooms/${room}/members/me`)

  for (const device of devices) {
    const end = await device.hears('the end', (frame) => frame.type === 'unsubscribed')
    t.is(end['reason'], 'left')
    t.deepEqual(device.ofType('error'), [])
  }
})

test('who has no seat hears nothing of a room, not even what is in it', async (t) => {
  const { east, alice, bob } = trio()
  const room = await alice.opens(east)
  await alice.ask(east, `POST /v1/rooms/${room}/messages`, { id: randomUUIDv7(), body: 'among us' })
  const outsider = await bob.calls(t, east)

  t.is((await outsider.ask({ type: 'subscribe', room }))['code'], 'not_member')
  t.is((await outsider.ask(line(room, 'let me in')))['code'], 'not_member')
  t.is((await outsider.ask(line(room, 'let me in', { replyTo: '1:2' })))['code'], 'not_member')
  t.is((await outsider.ask(line(room, 'let me in', { replyTo: '1:99' })))['code'], 'not_member')
  t.is((await outsider.ask({ type: 'subscribe', room: '999999' }))['code'], 'not_found')
  t.is((await outsider.ask(line('999999', 'let me in')))['code'], 'not_found')
  t.is((await bob.ask(east, `GET /v1/rooms/${room}/messages`)).status, 404)
  t.is((await bob.ask(east, `GET /v1/rooms/${room}/members`)).status, 404)
  t.is((await bob.ask(east, `GET /v1/rooms/${room}`)).status, 200)
})

test('everybody reads and speaks in the lobby', async (t) => {
  const { east, west, alice, bob, carol } = trio()
  const list = await bob.ask(west, 'GET /v1/rooms?kind=lobby')
  const [lobby] = list.body['items'] as { id: string; mentor: null; seats: null }[]
  const [near, far] = [await bob.listens(t, east, lobby!.id), await carol.listens(t, west, lobby!.id)]

  await near.ask(line(lobby!.id, 'hello everybody'))

  t.is((await hearsLine(far, 'hello everybody'))['from'], bob.username)
  t.is(lobby?.mentor, null)
  t.is(lobby?.seats, null)
  t.is((await alice.ask(east, `POST /v1/rooms/${lobby?.id}/close`)).status, 409)
  t.is((await bob.ask(east, `PUT /v1/rooms/${lobby?.id}/members/me`)).status, 200)
  t.is((await bob.ask(east, `DELETE /v1/rooms/${lobby?.id}/members/me`)).status, 409)
})
