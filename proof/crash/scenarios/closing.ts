import { CrashRoom } from '../room.ts'
import type { Scenario, Scene } from '../scene.ts'

export const aRoomIsClosed: Scenario = {
  when: 'its mentor closes a room',
  dies: 'server',
  async play(scene) {
    const room = await CrashRoom.open(scene.lab)
    await closeAcrossTheCrash(scene, room)
    await room.mustEndWell(scene.t)
  },
}

/** The fence finds no room of this Redis: the epoch change writes *closed* itself. */
export const aRoomIsClosedAfterARestart: Scenario = {
  when: 'its mentor closes a room after Redis was restarted',
  dies: 'server',
  async play(scene) {
    const room = await CrashRoom.open(scene.lab)
    await room.outliveRedis()
    await closeAcrossTheCrash(scene, room)
    await room.mustEndWell(scene.t)
  },
}

/** Nobody repeats the request: what was written down is led on by the worker alone. */
export const aClosingIsLeftAlone: Scenario = {
  when: 'its mentor closes a room and does not ask again',
  dies: 'server',
  async play(scene) {
    const room = await CrashRoom.open(scene.lab)
    await scene.arm()
    await scene.lab.company.mentor.ask('server-1', `POST /v1/rooms/${room.id}/close`)
    await scene.struck()
    await room.final()
    await room.mustEndWell(scene.t)
  },
}

async function closeAcrossTheCrash({ t, lab, arm, struck }: Scene, room: CrashRoom): Promise<void> {
  const { mentor } = lab.company
  await arm()
  const first = await mentor.ask('server-1', `POST /v1/rooms/${room.id}/close`)
  await struck()
  const again = await mentor.askAgain('server-2', `POST /v1/rooms/${room.id}/close`)
  t.is(again.status, 202)
  if (first !== 'unknown') t.is(again.body['lastSeq'], first.body['lastSeq'])
}
