import { CrashRoom } from '../room.ts'
import type { Scenario } from '../scene.ts'

export const aRoomFallsAsleep: Scenario = {
  when: 'it puts a room to sleep',
  dies: 'worker',
  async play({ t, lab, arm, struck, restarted }) {
    const room = await CrashRoom.open(lab)
    await room.fill()
    await arm()
    await room.isIdle()
    await struck()
    await room.say('awake again')
    await restarted()
    await room.mustEndWell(t)
    const causes = await room.causes()
    t.true(
      causes.every((cause) => cause !== 'absent' && cause !== 'rollback'),
      String(causes),
    )
  },
}
