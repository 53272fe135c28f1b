import { pause } from '../patience.ts'
import type { Scenario } from '../scenario.ts'
import { untilFinal } from '../scenario.ts'
import type { Site } from '../site.ts'

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

export const failedJob: Scenario = {
  name: 'the job of a closing fails while MySQL is away from the worker; then the mentor closes once more',
  parts: ['server-1', 'worker-1'],
  async run(witness, site) {
    const room = await witness.openRoom()
    await witness.sayUntilKnown('alice', room, 'before')
    const { database } = site.link('worker-1')
    const failedBefore = failedClosings(site)
    database.down()
    await witness.close(room)
    const hasFailed = await site.until(() => failedClosings(site) > failedBefore, 4000)
    database.heal()
    await witness.close(room)
    await untilFinal(site, 7000)
    return hasFailed
  },
}
