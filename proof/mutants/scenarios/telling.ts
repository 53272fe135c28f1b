import { randomUUIDv7 } from 'node:crypto'
import { pause } from '../patience.ts'
import type { Scenario } from '../scenario.ts'
import { copyRedis, hasDoubledRow, isAllRelayed, untilFinal } from '../scenario.ts'

export const deaf: Scenario = {
  name: 'the last line is said while a listener’s server hears nothing from Redis',
  parts: ['server-1', 'server-2', 'worker-1'],
  async run(witness, site) {
    const room = await witness.openRoom()
    const listener = await witness.listen('bob', room, 'server-2')
    await witness.sayUntilKnown('alice', room, 'heard')
    const { redis } = site.link('server-2')
    redis.down()
    const last = await witness.sayUntilKnown('alice', room, 'said to the deaf')
    const wasDeaf = !listener.hasHeardUpTo(last.seq ?? Infinity)
    redis.heal()
    await listener.stay(last.seq ?? 0)
    return wasDeaf
  },
}

export const lostEnd: Scenario = {
  name: 'a room is closed while its worker cannot store, and Redis comes back without the end',
  parts: ['server-1', 'worker-1'],
  async run(witness, site) {
    const room = await witness.openRoom()
    const listener = await witness.listen('bob', room, 'server-1')
    await witness.sayUntilKnown('alice', room, 'kept')
    const older = copyRedis(site)
    const { database } = site.link('worker-1')
    database.down()
    const last = await witness.sayUntilKnown('alice', room, 'lost')
    await witness.close(room)
    const hasHeard = await site.until(() => listener.hasHeardUpTo((last.seq ?? Infinity) + 1))
    witness.note('redis: rolled back', 'it came back without the last line and the closing', true)
    await older.putBack()
    database.heal()
    await witness.close(room)
    await untilFinal(site)
    await site.until(() => listener.isAtTheEnd(), 8000)
    return hasHeard
  },
}

export const uncommitted: Scenario = {
  name: 'the transaction of a post is cut off before its commit, and the post is sent again under its key',
  parts: ['server-1', 'worker-1'],
  async run(witness, site) {
    const { database } = site.link('server-1')
    const key = randomUUIDv7()
    await witness.post('alice', 'before')
    database.cutBefore((chunk) => chunk.includes('COMMIT'))
    const first = await witness.post('alice', 'once', key)
    database.heal()
    for (let attempt = 0; attempt < 20 && first.outcome !== 'ok'; attempt += 1) {
      const again = await witness.post('alice', 'once', key)
      if (again.outcome === 'ok') return true
      await pause(100)
    }
    return false
  },
}

const likers = ['alice', 'bob', 'mentor'] as const
const rounds = 25

export const twoRelays: Scenario = {
  name: 'two workers relay the events of many likes at once',
  parts: ['server-1', 'server-2', 'worker-1', 'worker-2'],
  async run(witness, site) {
    const posts = await Promise.all(likers.map((who) => witness.post(who, `like this, says ${who}`)))
    // More of the same than one doubled row would show nothing new.
    for (let round = 0; round < rounds && !hasDoubledRow(site); round += 1) {
      const what = round % 2 === 0 ? 'like' : 'unlike'
      // All at once, at both servers: the relays are called from two sides.
      await Promise.all(
        posts.flatMap(({ id = '' }, index) =>
          likers.map((who, of) => witness.like(who, id, what, (index + of) % 2 === 0 ? 'server-1' : 'server-2')),
        ),
      )
    }
    return site.until(async () => hasDoubledRow(site) || (await isAllRelayed(site)))
  },
}
