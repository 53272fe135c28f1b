import { cpSync, existsSync, rmSync } from 'node:fs'
import path from 'node:path'
import { insideOf, needsInside, nothing, sleep } from './fault.ts'
import type { Fault, Inside, Patient } from './fault.ts'
import { killAndWait } from './kill.ts'

const startsWithinMs = 60_000
/** Making it is to kill Redis and to wait for the next one. */
const startOverMs = 2 * startsWithinMs

const rollback: Fault = {
  name: 'redis: rolled back',
  says: 'Redis comes back with a copy of its append-only file that is one to three seconds old',
  lasts: [0, 0],
  weight: 3,
  takesMs: 4000,
  patienceMs: startOverMs,
  // On a full disk there is no room for the copy, and of a Redis that comes back with nothing there is none yet.
  excludes: ['redis: disk full', 'redis: empty volume'],
  missing: needsInside,
  async inject(patient, chance) {
    const inside = insideOf(patient)
    const file = aofOf(inside)
    const copy = `${file}.older`
    rmSync(copy, { recursive: true, force: true })
    cpSync(file, copy, { recursive: true })
    const ageMs = chance.whole(1000, 3000)
    await sleep(ageMs)
    await startOver(patient, () => {
      rmSync(file, { recursive: true, force: true })
      cpSync(copy, file, { recursive: true })
      rmSync(copy, { recursive: true, force: true })
    })
    return { detail: `Redis was killed and came back with what it had ${ageMs} ms before` }
  },
}

const emptied: Fault = {
  name: 'redis: empty volume',
  says: 'Redis comes back with nothing, as on a wrong or a new volume',
  lasts: [0, 0],
  patienceMs: startOverMs,
  weight: 2,
  missing: needsInside,
  async inject(patient) {
    const inside = insideOf(patient)
    const file = aofOf(inside)
    await startOver(patient, () => rmSync(file, { recursive: true, force: true }))
    return { detail: 'Redis was killed and came back empty' }
  },
}

const flushed: Fault = {
  name: 'redis: FLUSHALL',
  says: 'somebody types FLUSHALL',
  lasts: [0, 0],
  weight: 2,
  missing: needsInside,
  async inject(patient) {
    await insideOf(patient).redis.flushall()
    return { detail: 'FLUSHALL was typed' }
  },
}

const squeezed: Fault = {
  name: 'redis: out of memory',
  says: 'maxmemory is set to what Redis uses right now, so that it refuses to grow',
  lasts: [1000, 5000],
  missing: needsInside,
  async inject(patient, chance) {
    const { redis } = insideOf(patient)
    const [, before = '0'] = (await redis.config('GET', 'maxmemory')) as string[]
    const used = Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1] ?? 0)
    const maxmemory = used + chance.whole(-200_000, 100_000)
    await redis.config('SET', 'maxmemory', String(maxmemory))
    return {
      detail: `maxmemory was ${maxmemory}, with ${used} in use`,
      heal: async () => void (await redis.config('SET', 'maxmemory', before)),
    }
  },
}

const deaf: Fault = {
  name: 'redis: pub/sub killed',
  says: 'all connections that listen are closed (CLIENT KILL TYPE pubsub), several times',
  lasts: [0, 0],
  missing: needsInside,
  async inject(patient, chance) {
    const { redis } = insideOf(patient)
    const times = chance.whole(1, 5)
    let killed = 0
    for (let time = 0; time < times; time += 1) {
      killed += Number(await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub'))
      await sleep(chance.whole(20, 400))
    }
    const detail = `${killed} listening connections were closed in ${times} strokes`
    return killed === 0 ? nothing(detail) : { detail }
  },
}

const thrownOut: Fault = {
  name: 'redis: all clients killed',
  says: 'Redis closes all connections (CLIENT KILL)',
  lasts: [0, 0],
  missing: needsInside,
  async inject(patient) {
    const { redis } = insideOf(patient)
    const normal = Number(await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'))
    const listening = Number(await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub'))
    const detail = `${normal + listening} connections were closed`
    return normal + listening === 0 ? nothing(detail) : { detail }
  },
}

const paused: Fault = {
  name: 'redis: paused',
  says: 'Redis takes connections and commands but answers none for a while (CLIENT PAUSE)',
  lasts: [1000, 4000],
  missing: needsInside,
  async inject(patient, _chance, forMs) {
    await insideOf(patient).redis.call('CLIENT', 'PAUSE', String(forMs), 'ALL')
    return { detail: `Redis answered nobody for ${forMs} ms` }
  },
}

function aofOf({ redisFolder }: Inside): string {
  const folder = path.join(redisFolder, 'appendonlydir')
  if (!existsSync(folder)) throw new Error(`${folder} is not there: this Redis keeps its append-only file elsewhere`)
  return folder
}

/**
 * Killed rather than stopped: a Redis that ends in good order would write once more. A Redis that is away already is changed at its next
 * start; where none comes, the change must not wait for one in another run.
 */
async function startOver(patient: Patient, change: () => void): Promise<void> {
  const changing = insideOf(patient).beforeRedisStarts(change)
  try {
    await killAndWait(patient, 'redis')
    const isLate = Symbol('late')
    if ((await Promise.race([changing.done, sleep(startsWithinMs).then(() => isLate)])) === isLate) {
      throw new Error(`Redis was not started within ${startsWithinMs / 1000} s`)
    }
  } finally {
    changing.cancel()
  }
}

export const redisFaults: readonly Fault[] = [rollback, emptied, flushed, squeezed, deaf, thrownOut, paused]
