import { pause } from '../patience.ts'
import type { Scenario } from '../scenario.ts'
import { copyRedis, untilFinal } from '../scenario.ts'

const witnessMs = 200

export const rolledBack: Scenario = {
  name: 'Redis comes back as it was some lines ago',
  parts: ['server-1', 'worker-1'],
  async run(witness, site) {
    const room = await witness.openRoom()
    const { epoch } = await witness.sayUntilKnown('alice', room, 'kept 1')
    await witness.sayUntilKnown('bob', room, 'kept 2')
    const older = copyRedis(site)
    for (const line of [1, 2, 3]) await witness.sayUntilKnown('alice', room, `lost ${line}`)
    await pause(witnessMs)
    witness.note('redis: rolled back', 'it came back without the last three lines', true)
    await older.putBack()
    const later = await witness.sayUntilKnown('bob', room, 'new 1')
    await witness.sayUntilKnown('bob', room, 'new 2')
    await witness.close(room)
    await untilFinal(site)
    return later.epoch !== epoch
  },
}

export const restarted: Scenario = {
  name: 'Redis is killed between two lines and comes back with everything',
  parts: ['server-1', 'server-2', 'worker-1'],
  async run(witness, site) {
    const room = await witness.openRoom()
    for (const line of [1, 2, 3]) await witness.sayUntilKnown('alice', room, `before ${line}`)
    witness.note('redis: killed', 'SIGKILL')
    await site.world.redis.kill()
    await site.world.redis.start()
    const after = await witness.sayUntilKnown('alice', room, 'after', { via: 'server-2' })
    await witness.close(room)
    await untilFinal(site)
    return after.outcome !== 'unknown'
  },
}
