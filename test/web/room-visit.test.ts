import { mock } from 'node:test'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import type { RoomEars } from '../../web/src/api/live.ts'
import { ApiProblem } from '../../web/src/api/problem.ts'
import type { RoomAndMe } from '../../web/src/api/types.ts'
import { uuidv7 } from '../../web/src/api/uuidv7.ts'
import { RoomVisit } from '../../web/src/rooms/visit/room-visit.ts'
import type { VisitParts } from '../../web/src/rooms/visit/room-visit.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'
import { enter } from './guests.ts'
import type { Guest } from './guests.ts'

/** A room as its page knows it, entered by the client's own library: what is read and what is told, in every order in which they can come. */

const stack = stackOf(test, { FLUSH_AGE_SECONDS: 1, RESUME_MAX_ENTRIES: 5 }, { hasRandomServers: true })

/** A mentor, a member of their room, and what the visit of that member is made of; `changes` are other parts of it. */
async function together(t: ExecutionContext) {
  const mentor = await enter(stack(), 'mentor', { role: 'mentor' })
  const alice = await enter(stack(), 'alice')
  const { id } = await mentor.client.rooms.open({ name: 'The well', seats: 50 }, crypto.randomUUID())
  await alice.client.rooms.join(id)
  const { socket, outbox } = alice.opens(t)
  const rooms = alice.client.rooms
  const visitWith = (changes: Partial<VisitParts>): RoomVisit => {
    const visit = new RoomVisit(id, {
      ...{ rooms, socket, outbox, me: alice.account.username, met: () => undefined },
      ...changes,
    })
    t.teardown(() => visit.leave())
    return visit
  }
  return { id, mentor, rooms, outbox, visitWith }
}

async function sayOften({ client }: Guest, room: string, count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await client.rooms.send(room, { id: uuidv7(), body: `line ${turn}` })
}

test.serial('a rule that was changed within what was missed holds, as the line says that tells of it', async (t) => {
  const { id, mentor, rooms, visitWith } = await together(t)
  const visit = visitWith({
    rooms: {
      ...rooms,
      // Between the newest page and the socket as much happens as it does not tell.
      messages: async (room, range) => {
        const page = await rooms.messages(room, range)
        if (!('after' in (range ?? {}))) {
          await mentor.client.rooms.change(id, { speak: 'mentors' })
          await sayOften(mentor, id, 10)
        }
        return page
      },
    },
  })

  await visit.enter()
  t.is(visit.room.value?.speak, 'members')
  await eventually(() => visit.log.rows.some(({ kind }) => kind === 'settings'))

  await eventually(() => visit.room.value?.speak === 'mentors')
  t.is(visit.room.value?.me.hasWord, false)
})

test.serial('a rule that was changed between the room and its first page holds', async (t) => {
  const { id, mentor, rooms, visitWith } = await together(t)
  const visit = visitWith({
    rooms: {
      ...rooms,
      messages: async (room, range) => {
        if (visit.room.value?.slowModeSeconds === 0) await mentor.client.rooms.change(id, { slowModeSeconds: 20 })
        return rooms.messages(room, range)
      },
    },
  })

  await visit.enter()
  t.true(visit.log.rows.some(({ kind }) => kind === 'settings'))

  await eventually(() => visit.room.value?.slowModeSeconds === 20)
})

test.serial('an answer that was overtaken by a later one takes nothing back', async (t) => {
  const { id, mentor, rooms, visitWith } = await together(t)
  const late = Promise.withResolvers<void>()
  const answers: RoomAndMe[] = []
  const visit = visitWith({
    rooms: {
      ...rooms,
      one: async (room) => {
        const nth = answers.push(await rooms.one(room))
        if (nth === 2) await late.promise
        return answers[nth - 1]!
      },
    },
  })
  await visit.enter()

  const overtaken = visit.refresh()
  await eventually(() => answers.length === 2)
  await mentor.client.rooms.change(id, { name: 'The garden' })
  await visit.refresh()
  t.is(visit.room.value?.name, 'The garden')
  late.resolve()
  await overtaken

  t.is(visit.room.value?.name, 'The garden')
})

test.serial('a device that does not give out what is waiting keeps nobody from hearing the room', async (t) => {
  const { id, mentor, outbox, visitWith } = await together(t)
  const visit = visitWith({
    outbox: {
      ...{ add: (message) => outbox.add(message), onChange: (room, listener) => outbox.onChange(room, listener) },
      ...{ retry: (own) => outbox.retry(own), discard: (own) => outbox.discard(own) },
      ...{ refused: () => outbox.refused(), onAnyChange: (listener) => outbox.onAnyChange(listener) },
      ...{ waiting: () => outbox.waiting(), clear: () => outbox.clear(), close: () => outbox.close() },
      of: () => Promise.reject(new DOMException('Internal error', 'UnknownError')),
    },
  })

  await visit.enter()
  await mentor.client.rooms.send(id, { id: uuidv7(), body: 'anybody?' })

  await eventually(() => visit.rows.value.some(({ content }) => content?.['body'] === 'anybody?'))
  t.is(visit.trouble.value, undefined)
})

test.serial('a room that could not be read again is read when that can be done', async (t) => {
  const { id, mentor, rooms, visitWith } = await together(t)
  let isAway = false
  const visit = visitWith({
    rooms: {
      ...rooms,
      one: (room) => (isAway ? Promise.reject(new ApiProblem({ code: 'unavailable' })) : rooms.one(room)),
    },
  })
  await visit.enter()
  t.is(visit.refreshTrouble.value, undefined)

  isAway = true
  await mentor.client.rooms.close(id)
  await eventually(() => visit.refreshTrouble.value !== undefined)
  t.is(visit.refreshTrouble.value?.code, 'unavailable')
  isAway = false
  await visit.refresh()

  t.is(visit.refreshTrouble.value, undefined)
  t.not(visit.room.value?.state, 'open')
})

test.serial('who could not see whether the door has opened comes in when that can be read, once', async (t) => {
  const { id, rooms, visitWith } = await together(t)
  await rooms.leave(id)
  let isAway = false
  let firstPages = 0
  const visit = visitWith({
    rooms: {
      ...rooms,
      one: (room) => (isAway ? Promise.reject(new ApiProblem({ code: 'unavailable' })) : rooms.one(room)),
      messages: (room, range) => {
        if (range?.limit === 50) firstPages += 1
        return rooms.messages(room, range)
      },
    },
  })
  await visit.enter()
  t.true(visit.isAtDoor.value)

  await rooms.join(id)
  isAway = true
  await visit.refresh()
  t.is(visit.refreshTrouble.value?.code, 'unavailable')
  t.is(visit.trouble.value, undefined)
  isAway = false
  await Promise.all([visit.refresh(), visit.refresh()])

  await eventually(() => visit.isReady.value)
  t.false(visit.isOutside.value)
  t.is(firstPages, 1)
})

/** alice inside, with the ears that the room would speak to, and a clock that goes on when it is told to. */
async function listening(t: ExecutionContext) {
  const { id, rooms, visitWith } = await together(t)
  let asked = 0
  let ears: RoomEars = {}
  const visit = visitWith({
    rooms: {
      ...rooms,
      one: async (room) => {
        asked += 1
        return visit.room.peek() ?? rooms.one(room)
      },
    },
    socket: { listen: (_room, heard) => ((ears = heard), () => undefined), read: () => undefined },
  })
  await visit.enter()
  // What may have happened while one came in is read by then.
  await visit.refresh()
  const { epoch, seq } = visit.log.newest
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => mock.timers.reset())
  const askedWithin = (ms: number): number => {
    const before = asked
    mock.timers.tick(ms)
    return asked - before
  }
  const told = (kind: string, nth: number, inEpoch = epoch): void =>
    ears.entry?.({
      ...{ room: id, epoch: inEpoch, seq: seq + nth, at: new Date().toISOString(), id: uuidv7(), kind, from: null },
      content: kind === 'settings' ? { by: 'mentor', changed: { speak: 'mentors' } } : { body: 'hello' },
    })
  return { ears, visit, epoch, seq, asked: () => asked, askedWithin, told }
}

test.serial('what an epoch took back has a room read again where it told of a rule, and only there', async (t) => {
  const { ears, visit, epoch, seq, askedWithin, told } = await listening(t)
  told('text', 1)
  t.is(askedWithin(2000), 0)

  ears.dropped?.({ epoch, seq })
  t.is(visit.log.newest.seq, seq)
  t.is(askedWithin(2000), 0)

  told('settings', 1, epoch + 1)
  t.is(askedWithin(2000), 1)
  ears.dropped?.({ epoch: epoch + 1, seq })
  t.is(askedWithin(2000), 1)
})

test.serial(
  'who hears of a rule at the same moment as everybody reads the room at a moment of their own',
  async (t) => {
    const { askedWithin, told } = await listening(t)
    const { random } = Math
    t.teardown(() => (Math.random = random))

    Math.random = () => 0
    told('settings', 1)
    t.is(askedWithin(299), 0)
    t.is(askedWithin(1), 1)
    Math.random = () => 0.99
    told('settings', 2)
    t.is(askedWithin(900), 0)
    t.is(askedWithin(100), 1)
  },
)

test.serial('the end of a room, told twice, is read once', async (t) => {
  const { ears, epoch, seq, asked, askedWithin, told } = await listening(t)
  const before = asked()

  told('closed', 1)
  ears.closed?.({ epoch, lastSeq: seq + 1, receipt: '/v1/rooms/1/receipt' })
  askedWithin(2000)

  t.is(asked(), before + 1)
})

test.serial('a room that was not there before one was asked in does not go again by a late word of that', async (t) => {
  const { id, mentor, rooms, visitWith } = await together(t)
  await rooms.leave(id)
  const late = Promise.withResolvers<RoomAndMe>()
  const asked: string[] = []
  const visit = visitWith({
    rooms: { ...rooms, one: (room) => (asked.push(room) === 2 ? late.promise : rooms.one(room)) },
  })
  await visit.enter()
  t.true(visit.isAtDoor.value)

  const overtaken = visit.refresh()
  await mentor.client.rooms.change(id, { name: 'The garden' })
  await visit.refresh()
  late.reject(new ApiProblem({ code: 'not_found' }))
  await overtaken

  t.is(visit.trouble.value, undefined)
  t.is(visit.room.value?.name, 'The garden')
})

test.serial('a room that has gone from before its door does not come back by a late word of how it was', async (t) => {
  const { id, rooms, visitWith } = await together(t)
  await rooms.leave(id)
  const late = Promise.withResolvers<RoomAndMe>()
  const answers = [() => rooms.one(id), () => late.promise, () => Promise.reject(new ApiProblem({ code: 'not_found' }))]
  const visit = visitWith({ rooms: { ...rooms, one: () => answers.shift()!() } })
  await visit.enter()

  const overtaken = visit.refresh()
  await visit.refresh()
  t.is(visit.trouble.value?.code, 'not_found')
  late.resolve(await rooms.one(id))
  await overtaken

  t.is(visit.trouble.value?.code, 'not_found')
})

test.serial(
  'what is told of a room from outside is taken as it is, unless an answer that may be older is on its way',
  async (t) => {
    const { id, rooms, visitWith } = await together(t)
    await rooms.leave(id)
    const late = Promise.withResolvers<void>()
    const asked: string[] = []
    const visit = visitWith({
      rooms: {
        ...rooms,
        one: async (room) => {
          const nth = asked.push(room)
          const answer = await rooms.one(room)
          if (nth === 2) await late.promise
          return answer
        },
      },
    })
    t.false(visit.tellChange({ id, seatsTaken: 50 }))
    await visit.enter()
    const people = visit.room.value?.people

    t.true(visit.tellChange({ id, seatsTaken: 50, people: 40 }))
    t.is(visit.room.value?.seatsTaken, 50)
    t.is(visit.room.value?.people, people)
    const asking = visit.refresh()
    t.false(visit.tellChange({ id, seatsTaken: 49 }))
    late.resolve()
    await asking
    t.true(visit.tellChange({ id, seatsTaken: 48 }))
    t.is(visit.room.value?.seatsTaken, 48)
  },
)

test.serial(
  'what I changed is shown at once, stays when an older answer comes, and what others changed since follows',
  async (t) => {
    const { id, mentor, rooms, visitWith } = await together(t)
    const late = Promise.withResolvers<void>()
    let questions = 0
    const visit = visitWith({
      rooms: {
        ...rooms,
        one: async (room) => {
          questions += 1
          const nth = questions
          const answer = await rooms.one(room)
          if (nth === 2) await late.promise
          return answer
        },
      },
    })
    await visit.enter()
    const asking = visit.refresh()
    await eventually(() => questions === 2)

    const mine = await mentor.client.rooms.change(id, { name: 'My well' })
    await mentor.client.rooms.change(id, { name: 'Their well' })
    visit.tellOwnChange(mine)
    t.is(visit.room.value?.name, 'My well')
    late.resolve()
    await asking
    t.not(visit.room.value?.name, 'The well')
    await eventually(() => visit.room.value?.name === 'Their well')
  },
)
