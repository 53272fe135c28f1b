import { CrashRoom } from '../room.ts'
import type { Scenario } from '../scene.ts'

export const aSeatIsTaken: Scenario = {
  when: 'somebody takes a seat',
  dies: 'server',
  async play({ t, lab, arm, struck }) {
    const { admin: newcomer } = lab.company
    const room = await CrashRoom.open(lab)
    const place = `PUT /v1/rooms/${room.id}/members/me`
    await arm()
    await newcomer.ask('server-1', place)
    await struck()
    t.is((await newcomer.askAgain('server-2', place)).status, 200)

    await room.say('I am in', 'server-2', newcomer)
    await room.mustEndWell(t)
    t.is(room.ended.filter(({ kind }) => kind === 'join').length, 5, 'everybody came in once')
  },
}

/** Nobody repeats it: what is written down becomes an entry by a sweeper. */
export const aSeatIsLeftToTheSweeper: Scenario = {
  when: 'somebody takes a seat and does not ask again',
  dies: 'server',
  async play({ t, lab, arm, struck }) {
    const { admin: newcomer } = lab.company
    const room = await CrashRoom.open(lab)
    await arm()
    await newcomer.ask('server-1', `PUT /v1/rooms/${room.id}/members/me`)
    await struck()
    await room.allAnnounced()
    await room.mustEndWell(t)
    t.is(room.ended.filter(({ kind }) => kind === 'join').length, 5, 'everybody came in once')
    t.is(
      await room.readUpTo(newcomer),
      room.ended.findLast(({ kind }) => kind === 'join')?.seq,
      'what was before is not unread',
    )
  },
}

export const settingsAreChanged: Scenario = {
  when: 'its mentor changes the settings',
  dies: 'server',
  async play({ t, lab, arm, struck }) {
    const room = await CrashRoom.open(lab)
    const change = { body: { topic: 'what we talk about' } }
    await arm()
    await lab.company.mentor.ask('server-1', `PATCH /v1/rooms/${room.id}`, change)
    await struck()
    t.is((await lab.company.mentor.askAgain('server-2', `PATCH /v1/rooms/${room.id}`, change)).status, 200)
    await room.mustEndWell(t)
    t.is(room.ended.filter(({ kind }) => kind === 'settings').length, 1)
  },
}
