import test from 'ava'
import type { ExecutionContext } from 'ava'
import { randomUUIDv7 } from 'node:crypto'
import { symlink } from 'node:fs/promises'
import path from 'node:path'
import { SendRefused } from '../../src/commands/replay/outbox.ts'
import { readTranscript } from '../../src/commands/replay/judge.ts'
import { Crowd, RawSocket, closeRoom, finalClosing, openRoom, papersOf, takeSeat } from '../support/clients.ts'
import type { Visitor } from '../support/clients.ts'
import { stackOf } from '../support/stack.ts'

const stack = stackOf(test)
let crowd: Crowd
let mentor: Visitor
let alice: Visitor
let bob: Visitor

test.serial.before('people come', async () => {
  crowd = new Crowd(stack())
  mentor = await crowd.visitor('minji', 'mentor')
  alice = await crowd.visitor('alice')
  bob = await crowd.visitor('bob')
})
test.serial.after.always('people leave', () => crowd.leave())

function newRoom(): Promise<string> {
  return openRoom(mentor.person, { name: 'yard', topic: '', seats: 10 })
}

async function transcriptOf(t: ExecutionContext, room: string) {
  const { state } = await finalClosing(mentor.person, room, 20_000)
  t.is(state, 'sealed')
  return readTranscript((await papersOf(mentor.person, room)).transcript.toString())
}

test.serial('of two closes at once both hear the same, and there is one closing', async (t) => {
  const admin = await crowd.visitor('ada', 'admin')
  const room = await newRoom()
  const session = await alice.join(room)
  await session.say('hello')

  const closings = await Promise.all([mentor, admin, mentor, admin].map(({ person }) => closeRoom(person, room)))
  const again = await closeRoom(mentor.person, room)

  const lastSeqs = new Set([...closings, again].map((closing) => closing.lastSeq))
  t.is(lastSeqs.size, 1)
  const lines = await transcriptOf(t, room)
  t.true(lastSeqs.has(lines.length))
  t.is(lines.filter((line) => line.kind === 'closed').length, 1)
})

test.serial('a send that races the close is below it or refused, and never lost', async (t) => {
  const room = await newRoom()
  const sessions = await Promise.all([alice.join(room), bob.join(room)])
  await Promise.all(sessions.map((session) => session.say('we are here')))

  const racing = sessions.flatMap((session) => Array.from({ length: 200 }, (_, n) => session.say(`line ${n}`)))
  const outcomes = Promise.allSettled(racing)
  await racing[20]
  const { lastSeq } = await closeRoom(mentor.person, room)
  const settled = await outcomes

  const kept = settled.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []))
  const refused = settled.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []))
  t.true(kept.length >= 20 && refused.length > 0, `${kept.length} kept, ${refused.length} refused`)
  t.true(refused.every((reason) => reason instanceof SendRefused && reason.code === 'room_closed'))
  t.true(kept.every((saying) => (saying.place?.seq ?? Infinity) < (lastSeq ?? 0)))
  const lines = await transcriptOf(t, room)
  t.deepEqual(
    lines
      .filter((line) => line.body?.startsWith('line'))
      .map((line) => line.id)
      .toSorted(),
    kept.map((saying) => saying.id).toSorted(),
  )
})

test.serial(
  'a repeat of a kept message after the close hears its first seq, a new one hears that it is closed',
  async (t) => {
    const room = await newRoom()
    await takeSeat(alice.person, room)
    const sockets = await Promise.all(
      (['server-1', 'server-2'] as const).map((name) => RawSocket.open(stack().serverAddress(name), alice.person)),
    )
    t.teardown(() => sockets.forEach((socket) => socket.close()))
    const [one, other] = sockets
    if (one === undefined || other === undefined) return t.fail()
    const send = { type: 'send', room, id: randomUUIDv7(), body: 'once' }
    const first = await one.ask(send)
    await closeRoom(mentor.person, room)

    const atOnce = await other.ask(send)
    await finalClosing(mentor.person, room, 20_000)
    const later = await one.ask(send)
    const fresh = await other.ask({ ...send, id: randomUUIDv7() })

    t.like(first, { type: 'ack', duplicate: false })
    t.like(atOnce, { type: 'ack', duplicate: true, seq: first['seq'], epoch: first['epoch'] })
    t.like(later, { type: 'ack', duplicate: true, seq: first['seq'], epoch: first['epoch'], kept: 'stored' })
    t.like(fresh, { type: 'error', code: 'room_closed', lastSeq: Number(first['seq']) + 1 })
  },
)

test.serial('a member who is kicked in mid-sentence is not heard from the kick on', async (t) => {
  const room = await newRoom()
  const listener = await alice.join(room)
  await takeSeat(bob.person, room)
  const socket = await RawSocket.open(stack().address, bob.person)
  t.teardown(() => socket.close())
  await socket.ask({ type: 'subscribe', room })

  const speaking = Array.from({ length: 300 }, (_, n) =>
    socket.ask({ type: 'send', room, id: randomUUIDv7(), body: `word ${n}` }),
  )
  await speaking[30]
  await mentor.person.call({ method: 'DELETE', path: `/v1/rooms/${room}/members/bob` })
  const answers = await Promise.all(speaking)
  const late = await socket.ask({ type: 'send', room, id: randomUUIDv7(), body: 'and another thing' })

  const kickAt = await socket.frame('unsubscribed', (frame) => frame.type === 'unsubscribed')
  t.is(kickAt['reason'], 'kicked')
  t.like(late, { type: 'error', code: 'not_member' })
  const acks = answers.filter((answer) => answer.type === 'ack')
  t.true(acks.length > 30)
  t.true(answers.every((answer) => answer.type === 'ack' || answer['code'] === 'not_member'))
  const { lastSeq = 0 } = await closeRoom(mentor.person, room)
  await listener.until('the end', () => listener.view.isClosed, 10_000)
  const kick = listener.view.entries.find((entry) => entry.kind === 'kick')
  t.true(acks.every((ack) => Number(ack['seq']) < (kick?.seq ?? 0)))
  t.is(listener.view.entries.filter((entry) => entry.body?.startsWith('word')).length, acks.length)
  t.is(listener.view.last.seq, lastSeq)
  await transcriptOf(t, room)
})

test.serial(
  'a message of the longest size is kept byte for byte, one byte more is refused, a frame too large ends the socket',
  async (t) => {
    const room = await newRoom()
    const listener = await alice.join(room)
    await takeSeat(bob.person, room)
    const socket = await RawSocket.open(stack().address, bob.person)
    t.teardown(() => socket.close())
    const longest = `${'가😀'.repeat(585)}!`

    const kept = await socket.ask({ type: 'send', room, id: randomUUIDv7(), body: longest })
    const tooLong = await socket.ask({ type: 'send', room, id: randomUUIDv7(), body: `${longest}!` })
    socket.send(JSON.stringify({ type: 'send', room, id: randomUUIDv7(), body: 'x'.repeat(16_384) }))
    const { code } = await socket.ended

    t.is(Buffer.byteLength(longest), 4096)
    t.is(kept.type, 'ack')
    t.like(tooLong, { type: 'error', code: 'bad_input' })
    t.is(code, 1009)
    await closeRoom(mentor.person, room)
    await listener.until('the end', () => listener.view.isClosed, 10_000)
    t.deepEqual(
      listener.view.entries.filter((entry) => entry.kind === 'text').map((entry) => entry.body),
      [longest],
    )
    const lines = await transcriptOf(t, room)
    t.is(lines.find((line) => line.kind === 'text')?.body, longest)
  },
)

test.serial('a transcript that was given up is gone for good, and nobody is told to come back for it', async (t) => {
  const room = await newRoom()
  const ask = async (): Promise<{ status: number; retryAfter: string | null; detail: unknown }> => {
    const headers = { authorization: `Bearer ${await mentor.person.token(false)}`, accept: 'application/x-ndjson' }
    const answer = await fetch(`${stack().address}/v1/rooms/${room}/transcript`, { headers })
    const { detail } = (await answer.json()) as { detail?: unknown }
    return { status: answer.status, retryAfter: answer.headers.get('retry-after'), detail }
  }
  const open = await ask()
  await closeRoom(mentor.person, room)
  await transcriptOf(t, room)
  await stack().world.sql('end_room').where({ room_id: room }).update({ transcript_ndjson: null })

  const gone = await ask()

  t.like(open, { status: 404, retryAfter: '1' })
  t.like(gone, { status: 404, retryAfter: null })
  t.regex(String(gone.detail), /is gone/)
  t.regex((await mentor.person.download(`/v1/rooms/${room}/receipt`)).toString(), /"jws"/)

  // One of which its disk does not say whether it is there is not gone.
  const name = `room-${room}-${'a'.repeat(64)}.ndjson`
  await symlink(name, path.join(stack().world.config.TRANSCRIPTS_FOLDER, name))
  await stack().world.sql('end_room').where({ room_id: room }).update({ transcript_ndjson: name })
  t.like(await ask(), { status: 503, retryAfter: '60' })
})
