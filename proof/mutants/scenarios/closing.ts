import { Queue } from 'bullmq'
import { pause } from '../patience.ts'
import type { Scenario } from '../scenario.ts'
import { untilFinal } from '../scenario.ts'
import type { Site } from '../site.ts'
import type { Witness } from '../witness.ts'

export const unwritten: Scenario = {
  name: 'a closing cannot be written down, and the mentor lets it be',
  parts: ['server-1', 'worker-1'],
  async run(witness, site) {
    const room = await witness.openRoom()
    await witness.sayUntilKnown('alice', room, 'before')
    const { database } = site.link('server-1')
    database.cutBefore((chunk) => chunk.includes('INSERT INTO end_room'))
    const { outcome } = await witness.close(room)
    database.heal()
    await pause(100)
    await witness.sayUntilKnown('alice', room, 'it is open')
    return outcome !== 'ok'
  },
}

/** How many attempts of jobs that close rooms have failed by now. */
function failedClosings(site: Site): number {
  const lines = site.logOf('worker-1').split('\n')
  return lines.filter((line) => line.includes('job failed') && line.includes('close-rooms')).length
}

async function closeWhileJobsFail(witness: Witness, site: Site): Promise<{ room: string; hasFailed: boolean }> {
  const room = await witness.openRoom()
  await witness.sayUntilKnown('alice', room, 'before')
  const { database } = site.link('worker-1')
  const failedBefore = failedClosings(site)
  database.down()
  await witness.close(room)
  const hasFailed = await site.until(() => failedClosings(site) > failedBefore)
  database.heal()
  await witness.close(room)
  return { room, hasFailed }
}

export const failedJob: Scenario = {
  name: 'the job of a closing fails while MySQL is away from the worker; then the mentor closes once more',
  parts: ['server-1', 'worker-1'],
  async run(witness, site) {
    const { hasFailed } = await closeWhileJobsFail(witness, site)
    await untilFinal(site)
    return hasFailed
  },
}

/** The closing is due, nobody has leased it, and no job of it waits, runs or comes again. */
async function isLeftAlone({ world: { sql, config } }: Site, room: string): Promise<boolean> {
  const due = await sql('end_room').where({ room_id: room }).whereRaw('next_at <= NOW(3)')
  const connection = { url: config.REDIS_URL, protocol: 2 as const }
  const queue = new Queue<{ room: number }>('close-rooms', { connection, prefix: '{madang-queue}' })
  try {
    const jobs = await queue.getJobs(['active', 'waiting', 'delayed', 'prioritized'])
    return due.length > 0 && jobs.every((job) => String(job?.data.room) !== room)
  } finally {
    await queue.close()
  }
}

export const failedJobAlone: Scenario = {
  name: 'the same, until the closing is final or nobody is left who would lead it on',
  parts: ['server-1', 'worker-1'],
  async run(witness, site) {
    const { room, hasFailed } = await closeWhileJobsFail(witness, site)
    if (site.isWhole) return (await untilFinal(site)) && hasFailed
    return (await site.until(() => isLeftAlone(site, room))) && hasFailed
  },
}
