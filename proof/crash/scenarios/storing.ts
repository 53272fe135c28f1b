import { eventually } from '../../../test/support/eventually.ts'
import { CrashRoom } from '../room.ts'
import type { Scenario } from '../scene.ts'
import { patienceMs } from '../../../test/support/patience.ts'

export const aRoomIsFlushed: Scenario = {
  when: 'it flushes a room',
  dies: 'worker',
  async play({ t, lab, arm, struck, restarted }) {
    const room = await CrashRoom.open(lab)
    await arm()
    for (let n = 0; n < 12; n += 1) await room.say(`line ${n}`)
    await struck()
    await room.say('while nobody stores')
    await restarted()
    await room.isOld()
    await room.stored(12)
    await room.mustEndWell(t)
  },
}

/** Fewer than go in bulk. */
export const aFewLinesAreStored: Scenario = {
  when: 'it stores three lines',
  dies: 'worker',
  async play({ t, lab, arm, struck, restarted }) {
    const room = await CrashRoom.open(lab)
    await room.fill()
    await lab.noFlushOf(room.id)
    for (let n = 0; n < 3; n += 1) await room.say(`few ${n}`)
    const last = room.lastPlace?.seq ?? 0
    await arm()
    await room.isOld()
    await struck()
    await room.say('while nobody stores')
    await restarted()
    await room.isOld()
    await room.stored(last + 1)
    await room.mustEndWell(t)
  },
}

/** More than one transaction takes, so that what is stored leaves Redis piece by piece. */
const manyLines = 40

export const manyLinesAreStored: Scenario = {
  when: 'it stores more lines than one transaction takes',
  dies: 'worker',
  async play({ t, lab, arm, struck, restarted }) {
    const room = await CrashRoom.open(lab)
    await lab.noFlushOf(room.id)
    await lab.whileStandingStill('flush-rooms', async () => {
      for (let n = 0; n < manyLines; n += 1) await room.say(`line ${n}`)
      await arm()
    })
    await struck()
    await room.say('while nobody stores')
    await restarted()
    await room.isOld()
    await room.stored(manyLines)
    await room.mustEndWell(t)
  },
}

/** As if MySQL had been restored from a backup: what is buffered does not continue what it holds. */
export const mysqlHasLostRows: Scenario = {
  when: 'it finds that MySQL has lost what it had stored',
  dies: 'worker',
  async play({ t, lab, arm, struck, restarted }) {
    const { sql } = lab.stack.world
    const ofRoom = (room: CrashRoom) => ({ room_id: room.id })
    const room = await CrashRoom.open(lab)
    await room.fill()
    const [backup] = await sql('ledgers')
      .where(ofRoom(room))
      .select<{ stored_seq: number; stored_digest: string }[]>(...['stored_seq', 'stored_digest'])
    await room.fill()
    await lab.noFlushOf(room.id)
    await room.say('does not join')
    lab.setBack.add(room.id)
    const keptUpTo = Number(backup?.stored_seq)
    await sql('messages').where(ofRoom(room)).where('seq', '>', keptUpTo).delete()
    await sql('ledgers')
      .where(ofRoom(room))
      .update({ ...backup, checkpoint_seq: 0 })

    await arm()
    await room.isOld()
    await struck()
    await restarted()
    await eventually(async () => (await sql('ledger_parked').where(ofRoom(room))).length === 1, patienceMs)
    await room.close()
    t.is(await room.final(), 'suspect')
    const ends = await sql('ledger_epochs')
      .where(ofRoom(room))
      .whereNotNull('suspect_from')
      .select<{ suspect_from: number }[]>()
    t.deepEqual(
      ends.map((end) => end.suspect_from),
      [keptUpTo + 1],
    )
  },
}
