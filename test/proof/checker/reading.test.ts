import test from 'ava'
import { randomUUIDv7 } from 'node:crypto'
import { Redis } from 'ioredis'
import { check, readPublicRecord, readRecord, readUsedBytes, report } from '../../../proof/checker/index.ts'
import type { Record } from '../../../proof/checker/contract.ts'
import { now } from '../../../proof/history/history.ts'
import type { Line, Post, Send } from '../../../proof/history/line.ts'
import { Crowd, RawSocket, closeRoom, finalClosing, openRoom, takeSeat } from '../../support/clients.ts'
import type { Visitor } from '../../support/clients.ts'
import { stackOf } from '../../support/stack.ts'
import { broken } from './story.ts'

const stack = stackOf(test)

let crowd: Crowd
let alice: Visitor
let admin: Visitor
let usedBytesBefore = 0
const lines: Line[] = []
const rooms: string[] = []

/** Says two lines in a new room; what alice's client heard is the history. */
async function roomWithLines(): Promise<string> {
  const room = await openRoom(admin.person, { name: 'proof', topic: '', seats: 10 })
  await takeSeat(alice.person, room)
  const socket = await RawSocket.open(stack().serverAddress('server-1'), alice.person)
  for (const body of ['안녕하세요', 'a bar | and "quotes" \u2028']) {
    const id = randomUUIDv7()
    const began = now()
    const { epoch, seq, type } = await socket.ask({ type: 'send', room, id, body })
    const call = { what: 'send', kind: 'text', client: 'c1', by: 'alice', room, id, body, began, ended: now() } as const
    const place = { epoch: Number(epoch), seq: Number(seq), isDuplicate: false }
    lines.push(type === 'ack' ? ({ ...call, outcome: 'ok', ...place } satisfies Send) : { ...call, outcome: 'unknown' })
  }
  socket.close()
  rooms.push(room)
  return room
}

async function closeAndWait(room: string): Promise<void> {
  const began = now()
  const { lastSeq } = await closeRoom(admin.person, room)
  const call = { what: 'close', client: 'c2', by: 'mentor', room, began, ended: now(), outcome: 'ok' } as const
  lines.push({ ...call, epoch: 1, lastSeq: Number(lastSeq) })
  await finalClosing(admin.person, room, 20_000)
}

function recorded(change: Partial<Parameters<typeof readRecord>[1]> = {}): Promise<Record> {
  const { config } = stack().world
  return readRecord(lines, {
    database: config.DATABASE_URL,
    redis: { url: config.REDIS_URL, usedBytesBefore },
    transcriptsFolder: config.TRANSCRIPTS_FOLDER,
    mediaFolder: config.MEDIA_FOLDER,
    isTimelineIncluded: true,
    logs: (['server-1', 'server-2', 'worker-1'] as const).map((name) => ({ name, text: stack().logOf(name) })),
    ...change,
  })
}

test.serial.before('a room is closed, another one stays open, and something is posted', async () => {
  crowd = new Crowd(stack())
  alice = await crowd.visitor('alice')
  admin = await crowd.visitor('mentor', 'admin')
  usedBytesBefore = await readUsedBytes(stack().world.config.REDIS_URL)
  await closeAndWait(await roomWithLines())
  await roomWithLines()
  const began = now()
  const headers = { 'idempotency-key': 'k1' }
  const body = { text: 'hello' }
  const post: unknown = await alice.person.call({ method: 'POST', path: '/v1/posts', body, headers })
  const id = typeof post === 'object' && post !== null && 'id' in post ? String(post.id) : ''
  const call = { client: 'c1', by: 'alice', began, ended: now(), outcome: 'ok' } as const
  lines.push({ ...call, what: 'post', key: 'k1', text: 'hello', id } satisfies Post)
})

test.after.always('everybody leaves', async (t) => {
  await crowd?.leave()
  t.pass()
})

test.serial('what is read from MySQL and Redis is what was said: nothing is broken', async (t) => {
  const verdict = check(lines, await recorded())

  t.is(verdict.violations.length, 0, report(verdict))
  t.like(verdict.counts, { acked: 4, lost: 0, rooms: 2, sealed: 1, unfinished: 0 })
  t.deepEqual(verdict.unseen, [])
})

test.serial('what can be seen by address is judged, and what cannot is said', async (t) => {
  const token = () => admin.person.token(false)
  const verdict = check(lines, await readPublicRecord(lines, { address: stack().address, token }))

  t.is(verdict.violations.length, 0, report(verdict))
  t.like(verdict.counts, { acked: 2, rooms: 1, sealed: 1 })
  t.deepEqual(
    verdict.unseen.map(({ rule }) => rule),
    ['C1', 'C12', 'C13', 'C14'],
  )
})

test.serial('a key without a room, a key without an end and a log with an alarm are found', async (t) => {
  const redis = new Redis(stack().world.config.REDIS_URL, { protocol: 2 })
  const closed = `{b${String(Number(rooms[0]) % 256).padStart(3, '0')}}:room:${rooms[0]}:buffer`
  const keys = ['{b231}:room:999999:meta', 'something:else', closed]
  for (const key of keys) await redis.set(key, '1')

  const alarm = { name: 'server-1', text: '{"level":50}\n{"err":"Unhandled rejection: no"}\n' }
  const verdict = check(lines, await recorded({ logs: [alarm] }))
  await redis.del(...keys)
  redis.disconnect()

  t.deepEqual(broken(verdict), ['C12', 'C13'])
  t.is(verdict.violations.filter(({ rule }) => rule === 'C12').length, 3)
})

for (const [what, spoil, rules] of [
  ['words in a row were changed', `UPDATE messages SET payload = '{"body":"lies"}' WHERE kind = 'text'`, ['C3']],
  ['a row was taken away', `DELETE FROM messages WHERE kind = 'text' ORDER BY seq LIMIT 1`, ['C1', 'C9', 'C10']],
  ['the receipt was changed', `UPDATE end_room SET receipt = CONCAT(receipt, 'x')`, ['C10']],
  ['the epochs are not those of the receipt', `UPDATE end_room SET epoch = epoch + 1`, ['C9', 'C10']],
  ['a like was counted that is none', `UPDATE posts SET like_count = 1`, ['C14']],
] as const) {
  test.serial(`it is seen that ${what}`, async (t) => {
    const { sql } = stack().world
    const [messages, endings] = [await sql('messages'), await sql('end_room')]
    await sql.raw(spoil)

    const verdict = check(lines, await recorded())
    await sql('messages').del()
    await sql('messages').insert(messages)
    await sql('end_room').del()
    await sql('end_room').insert(endings)
    await sql('posts').update({ like_count: 0 })

    for (const rule of rules) t.true(broken(verdict).includes(rule), report(verdict))
  })
}
