import { CrashRoom } from '../room.ts'
import type { Scenario } from '../scene.ts'

export const aRoomIsSealed: Scenario = {
  when: 'it seals a room',
  dies: 'worker',
  async play({ t, lab, arm, struck, restarted }) {
    const room = await CrashRoom.open(lab)
    await arm()
    await room.close()
    await struck()
    await restarted()
    await room.mustEndWell(t)
  },
}

/** The job does not come, so that a sweeper takes the closing for itself, once its time has come: a lab waits long for a second try. */
export const aClosingIsSwept: Scenario = {
  when: 'it leads a closing on that nobody called it for',
  dies: 'worker',
  async play({ t, lab, arm, struck, restarted }) {
    const room = await CrashRoom.open(lab)
    await lab.whileStandingStill('close-rooms', async () => {
      await arm()
      await room.close()
      const { sql } = lab.stack.world
      await sql('end_room')
        .where({ room_id: room.id })
        .update({ next_at: sql.raw('NOW(3)') })
      await struck()
      await restarted()
      await room.mustEndWell(t)
    })
  },
}

/** Half a minute after the end a sweeper comes once more. */
export const aRoomIsLookedAfter: Scenario = {
  when: 'it looks after a room that is sealed',
  dies: 'worker',
  async play({ t, lab, arm, struck, restarted }) {
    const room = await CrashRoom.open(lab)
    await room.close()
    await room.final()
    await arm()
    await room.isOver()
    await struck()
    await restarted()
    await room.mustEndWell(t)
  },
}

export const aClosingIsLedBack: Scenario = {
  when: 'an admin has repaired a row and tries a quarantined closing again',
  dies: 'server',
  async play({ t, lab, arm, struck }) {
    const { sql } = lab.stack.world
    const room = await CrashRoom.open(lab)
    await room.fill()
    const row = { room_id: room.id, seq: 6 }
    const [kept] = await sql('messages').where(row).select<{ payload: Buffer }[]>('payload')
    await sql('messages')
      .where(row)
      .update({ payload: Buffer.from('not what was said') })
    await room.close()
    t.is(await room.final(), 'quarantined')
    await sql('messages').where(row).update({ payload: kept?.payload })

    await arm()
    await lab.company.admin.ask('server-1', `POST /v1/admin/closings/${room.id}/retry`)
    await struck()
    await room.becomes('sealed')
    await room.mustEndWell(t)
  },
}
