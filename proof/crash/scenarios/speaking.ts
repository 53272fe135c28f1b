import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { CrashRoom } from '../room.ts'
import type { Scenario, Scene } from '../scene.ts'

/** Somebody speaks on the server that dies, and repeats on the other one what has no answer. */

export const aLineIsSaid: Scenario = {
  when: 'a line is said',
  dies: 'server',
  async play(scene) {
    const room = await CrashRoom.open(scene.lab)
    await sayAcrossTheCrash(scene, room)
    await room.mustEndWell(scene.t)
  },
}

export const aBufferBecomesDue: Scenario = {
  when: 'a line fills the buffer',
  dies: 'server',
  async play(scene) {
    const room = await CrashRoom.open(scene.lab)
    await scene.arm()
    for (let n = 0; n < 10; n += 1) {
      const line = { id: randomUUIDv7(), body: `line ${n}` }
      await room.sayAgain(line, await room.trySaying(line, 'server-1'), 'server-2')
    }
    await scene.struck()
    await room.isOld()
    await room.stored(12)
    await room.mustEndWell(scene.t)
  },
}

export const redisWasRestarted: Scenario = {
  when: 'a line finds that Redis was restarted',
  dies: 'server',
  async play(scene) {
    const room = await CrashRoom.open(scene.lab)
    await room.fill()
    await scene.lab.noFlushOf(room.id)
    await room.say('not stored yet')
    await room.outliveRedis()
    await sayAcrossTheCrash(scene, room)
    await room.mustEndWell(scene.t)
    // A crash behind the commit costs an epoch in which nothing happened.
    scene.t.deepEqual(
      (await room.causes()).filter((cause) => cause !== 'repair'),
      ['restart', 'closed'],
    )
  },
}

export const aRoomIsOpened: Scenario = {
  when: 'a room is opened',
  dies: 'server',
  async play({ t, lab, arm, struck }) {
    const { mentor } = lab.company
    const opening = { body: { name: 'new', topic: '', seats: 10 }, headers: { 'idempotency-key': randomUUID() } }
    await arm()
    const first = await mentor.ask('server-1', 'POST /v1/rooms', opening)
    await struck()
    const again = await mentor.askAgain('server-2', 'POST /v1/rooms', opening)
    t.is(again.status, 201)
    if (first !== 'unknown') t.is(again.body['id'], first.body['id'])
    const room = await CrashRoom.of(lab, String(again.body['id']))
    await room.say('here we are')
    await room.mustEndWell(t)
  },
}

async function sayAcrossTheCrash({ arm, struck }: Scene, room: CrashRoom): Promise<void> {
  const line = { id: randomUUIDv7(), body: 'across the crash' }
  await arm()
  const first = await room.trySaying(line, 'server-1')
  await struck()
  await room.sayAgain(line, first, 'server-2')
  await room.say('after the crash')
}
