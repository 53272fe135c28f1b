import test from 'ava'
import type { ExecutionContext } from 'ava'
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
