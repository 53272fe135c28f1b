import { Redis } from 'ioredis'
import { Crowd } from '../clients/crowd.ts'
import type { Contestant } from '../contract.ts'
import { processorSeconds, usedBetween } from '../processor-time.ts'
import { signIn } from '../site/members.ts'
import { openRoom } from '../site/rooms.ts'
import type { Site } from '../site/site.ts'
import { figuresOf, requireLedger } from './figures.ts'
import type { Ground } from './ground.ts'
import { socketsOf } from './load.ts'
import type { ChatLoad, Doors } from './load.ts'
import { Storekeeper } from './storing.ts'
import { warmUp } from './warm-up.ts'

export interface MadangOptions {
  ground: Ground
  shape: ChatLoad
  through: Doors['through']
  processes: number
  /** What Redis does before it answers: the promise needs `always`. */
  appendfsync: 'always' | 'everysec'
}

const ledgerTerms =
  'as npm start starts it: two servers, a worker, signed-in members with seats, dedupe, digests, limits, logs. Every listener of a room hears the same order'

/** Madang as it is shipped. */
export function madang(name: string, options: MadangOptions): Contestant {
  const { ground, shape, processes, appendfsync } = options
  const kept =
    appendfsync === 'always'
      ? 'Acknowledges when Redis has it on disk'
      : 'Acknowledges before Redis has it on disk, which it is within a second'
  return {
    name,
    terms: `${ledgerTerms}. ${kept} (appendfsync ${appendfsync}); rows follow, behind the round and before anybody else's.`,
    async start() {
      const site = await ground.enter()
      const crowd = await openCrowd(site, options, name.replaceAll(/\W/g, '_'))
      await crowd.round(warmUp(shape.load))
      const storekeeper = new Storekeeper(site)
      await storekeeper.storeAll()
      return {
        async round() {
          await setAppendfsync(site, appendfsync)
          const before = processorSeconds(site.pids())
          const report = await crowd.round(shape.load)
          const used = usedBetween(before, processorSeconds(site.pids()))
          await setAppendfsync(site, 'always')
          requireLedger(report)
          return figuresOf(report, used, await storekeeper.storeAll())
        },
        async stop() {
          await crowd.stop()
          await storekeeper.stop()
          await ground.leave()
        },
      }
    },
  }

  async function openCrowd(site: Site, { through }: MadangOptions, prefix: string): Promise<Crowd> {
    const people = await signIn(site, shape.rooms * shape.listeners, prefix)
    const [mentor] = people
    if (mentor === undefined) throw new Error('nobody is there to open a room')
    const roomNames: string[] = []
    for (let room = 0; room < shape.rooms; room += 1) {
      const members = people.slice(room * shape.listeners, (room + 1) * shape.listeners)
      roomNames.push(await openRoom(site, mentor, members))
    }
    const tokens = await Promise.all(people.map((person) => person.token()))
    const sockets = socketsOf(shape, { ...site, through }, { roomNames, tokens })
    return Crowd.open({ dialect: 'madang', sockets, processes })
  }
}

async function setAppendfsync(site: Site, value: string): Promise<void> {
  const redis = new Redis(site.redisUrl)
  try {
    await redis.config('SET', 'appendfsync', value)
  } finally {
    redis.disconnect()
  }
}
