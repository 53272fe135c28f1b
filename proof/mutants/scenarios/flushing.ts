import { pause } from '../patience.ts'
import type { Scenario } from '../scenario.ts'
import { storedSeq, untilFinal } from '../scenario.ts'
import type { Witness } from '../witness.ts'
import type { Site } from '../site.ts'

/** Nobody can store anything of the room until it is let go. */
async function holdRow(site: Site, room: string): Promise<() => Promise<void>> {
  const held = await site.world.sql.transaction()
  await held.raw('SELECT room_id FROM ledgers WHERE room_id = ? FOR UPDATE', [room])
  return () => held.commit().then(() => undefined)
}

/** Resolves with the seq of the last one. */
async function sayTen(witness: Witness, room: string, what: string): Promise<number> {
  let last = 0
  for (let line = 1; line <= 10; line += 1) {
    last = (await witness.sayUntilKnown('alice', room, `${what} ${line}`)).seq ?? last
  }
  return last
}

const isStored = (site: Site, room: string, seq: number) => async (): Promise<boolean> =>
  (await storedSeq(site, room)) >= seq

/** Entries of a room that was just opened: three people came in. With so many more lines the tenth entry calls a worker. */
const untilTheTenth = 7

/** Lets a worker read the ten entries of a room, and wait for its row. */
async function sayUntilWorkerWaits(
  witness: Witness,
  site: Site,
  room: string,
): Promise<{ last: number; isWaiting: boolean }> {
  let last = 0
  for (let line = 1; line <= untilTheTenth; line += 1) {
    last = (await witness.sayUntilKnown('alice', room, `line ${line}`)).seq ?? last
  }
  return { last, isWaiting: await site.until(() => isSomebodyWaiting(site), 5000) }
}

export const saidMeanwhile: Scenario = {
  name: 'more is said while a worker stores ten entries',
  parts: ['server-1', 'worker-1'],
  // A sweeper would store what is said meanwhile.
  settings: { FLUSH_AGE_SECONDS: 3600 },
  async run(witness, site) {
    const room = await witness.openRoom()
    const letGo = await holdRow(site, room)
    const { last, isWaiting } = await sayUntilWorkerWaits(witness, site, room)
    for (const line of [1, 2, 3]) await witness.sayUntilKnown('bob', room, `meanwhile ${line}`)
    await letGo()
    await site.until(isStored(site, room, last), 5000)
    await pause(300)
    await witness.sayUntilKnown('alice', room, 'afterwards')
    await witness.close(room)
    await untilFinal(site, 6000)
    return isWaiting
  },
}

export const lateTrim: Scenario = {
  name: 'a worker stores ten entries and its trim is stuck on the way until another worker has trimmed and more is said',
  parts: ['server-1', 'worker-1', 'worker-2'],
  async run(witness, site) {
    const [slow, other] = [site.link('worker-1').redis, site.link('worker-2').redis]
    other.down()
    const room = await witness.openRoom()
    const letGo = await holdRow(site, room)
    const { last, isWaiting } = await sayUntilWorkerWaits(witness, site, room)
    slow.hold('up')
    await letGo()
    await site.until(isStored(site, room, last), 5000)
    other.heal()
    await site.until(async () => (await site.bufferBase(room)) >= last, 8000)
    for (const line of [1, 2, 3]) await witness.sayUntilKnown('bob', room, `more ${line}`)
    slow.heal()
    await pause(300)
    await witness.close(room)
    await untilFinal(site, 6000)
    return isWaiting
  },
}

async function isSomebodyWaiting({ world: { sql } }: Site): Promise<boolean> {
  const [rows] = await sql.raw("SELECT COUNT(*) AS n FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'")
  return Number(rows[0].n) > 0
}

export const uncommittedFlush: Scenario = {
  name: 'a worker stores ten entries, and its connection to MySQL is cut before the commit arrives',
  parts: ['server-1', 'worker-1'],
  async run(witness, site) {
    const { database } = site.link('worker-1')
    const room = await witness.openRoom()
    const letGo = await holdRow(site, room)
    const { last, isWaiting } = await sayUntilWorkerWaits(witness, site, room)
    database.cutBefore((chunk) => chunk.includes('COMMIT'))
    await letGo()
    await site.until(async () => !(await isSomebodyWaiting(site)), 5000)
    await pause(300)
    database.heal()
    await site.until(isStored(site, room, last), 5000)
    await witness.sayUntilKnown('bob', room, 'afterwards')
    await witness.close(room)
    await untilFinal(site, 8000)
    return isWaiting
  },
}

export const rotten: Scenario = {
  name: 'a stored row is changed behind our back before the room is closed',
  parts: ['server-1', 'worker-1'],
  async run(witness, site) {
    const { sql } = site.world
    const room = await witness.openRoom()
    const last = await sayTen(witness, room, 'stored')
    await site.until(isStored(site, room, last), 5000)
    witness.note('database: a row was changed', 'its time is another one', true)
    const changed = await sql('messages')
      .where({ room_id: room, seq: 5 })
      .update({ at: sql.raw('at - INTERVAL 1 SECOND') })
    await witness.close(room)
    await untilFinal(site, 6000)
    return changed === 1
  },
}
