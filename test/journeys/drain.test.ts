import test from 'ava'
import type { ExecutionContext } from 'ava'
import { closeRedis, connectRedis } from '../../src/platform/redis.ts'
import { Crowd, RawSocket, closeRoom, finalClosing, openRoom } from '../support/clients.ts'
import type { Visitor } from '../support/clients.ts'
import type { RoomSession } from '../../src/commands/replay/room-session.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'

const stack = stackOf(test)
let crowd: Crowd
let mentor: Visitor
let people: Visitor[]

test.serial.before('people come', async () => {
  crowd = new Crowd(stack())
  mentor = await crowd.visitor('minji', 'mentor')
  people = await Promise.all(['alice', 'bob', 'carol', 'dave', 'erin', 'frank'].map((name) => crowd.visitor(name)))
})
test.serial.after.always('people leave', () => crowd.leave())

async function fullRoom(): Promise<{ room: string; sessions: RoomSession[] }> {
  const room = await openRoom(mentor.person, { name: 'yard', topic: '', seats: 10 })
  const sessions = await Promise.all(people.map((visitor) => visitor.join(room)))
  return { room, sessions }
}

/** Everybody hears everything that anybody said, and the room is sealed. */
async function endsWell(room: string, sessions: readonly RoomSession[]) {
  const { lastSeq } = await closeRoom(mentor.person, room)
  await Promise.all(sessions.map((session) => session.until('the end', () => session.view.isClosed, 20_000)))
  const { state } = await finalClosing(mentor.person, room, 20_000)
  const acked = sessions.flatMap((session) => session.outbox.said).map((saying) => saying.id)
  const heard = sessions.map((session) => {
    const texts = session.view.entries.filter((entry) => entry.kind === 'text')
    return { lastSeq: session.view.last.seq, texts: texts.map((entry) => entry.id).toSorted() }
  })
  return { state, heard, expected: sessions.map(() => ({ lastSeq, texts: acked.toSorted() })) }
}

test.serial('a request that should have been an upgrade does not spoil the next one behind Nginx', async (t) => {
  const statusOf = async (path: string): Promise<number> => {
    const response = await fetch(`${stack().address}${path}`)
    await response.arrayBuffer()
    return response.status
  }

  const statuses: number[] = []
  for (let n = 0; n < 4; n += 1) statuses.push(await statusOf('/v1/socket'), await statusOf('/livez'))

  t.deepEqual(statuses, [426, 200, 426, 200, 426, 200, 426, 200])
})

for (const name of ['server-1', 'server-2'] as const) {
  test.serial(
    `${name} is told to stop while people speak: sockets are sent away with 4001, nothing is lost`,
    async (t) => {
      t.timeout(60_000)
      const { room, sessions } = await fullRoom()
      const idle = await RawSocket.open(stack().serverAddress(name), mentor.person)

      const speaking = sessions.map(async (session) => {
        for (let n = 0; n < 60; n += 1) await session.say(`line ${n}`)
      })
      await sessions[0]?.until('some lines', () => sessions[0]!.view.last.seq > 60, 20_000)
      const code = await stack().terminate(name)
      const ended = await idle.ended
      await Promise.all(speaking)
      await stack().start(name)
      const { state, heard, expected } = await endsWell(room, sessions)

      t.is(code, 0, stack().logOf(name))
      t.is(ended.code, 4001)
      t.is(state, 'sealed')
      t.is(expected[0]?.texts.length, 6 * 60)
      t.deepEqual(heard, expected)
    },
  )
}

/** Cuts all subscriptions, once those of both servers stand, and answers how many there were. */
async function cutSubscriptions(t: ExecutionContext): Promise<number> {
  const redis = connectRedis({
    ...{ url: stack().world.redis.url, purpose: 'commands', name: 'test' },
    onError: () => undefined,
  })
  t.teardown(() => closeRedis(redis))
  await eventually(async () => String(await redis.call('CLIENT', 'LIST', 'TYPE', 'pubsub')).split('id=').length > 2)
  return Number(await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub'))
}

test.serial('servers whose pub/sub is cut again and again find out what they missed', async (t) => {
  t.timeout(60_000)
  const { room, sessions } = await fullRoom()

  for (let round = 0; round < 5; round += 1) {
    t.true((await cutSubscriptions(t)) >= 2)
    for (let n = 0; n < 4; n += 1) await Promise.all(sessions.map((session) => session.say(`line ${round}.${n}`)))
  }
  const { state, heard, expected } = await endsWell(room, sessions)

  t.is(state, 'sealed')
  t.is(expected[0]?.texts.length, 6 * 20)
  t.deepEqual(heard, expected)
})

test.serial('the last message is heard though its announcement was lost and nothing follows it', async (t) => {
  const { sessions } = await fullRoom()
  const [alice] = sessions
  if (alice === undefined) return t.fail()
  await alice.say('before')

  t.true((await cutSubscriptions(t)) >= 2)
  const { place } = await alice.say('the last one')

  const seq = place?.seq ?? Infinity
  await Promise.all(sessions.map((session) => session.until('it', () => session.view.last.seq >= seq, 10_000)))
  t.true(sessions.every((session) => session.view.entries.at(-1)?.body === 'the last one'))
})
