import { pause } from '../patience.ts'
import type { Scenario } from '../scenario.ts'
import { hasDoubledRow, holdRow, isRowWaitedFor, storedSeq, untilFinal } from '../scenario.ts'
import type { Witness } from '../witness.ts'
import type { Site } from '../site.ts'

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

/** What is stored waits until it is enough for a bulk. */
const noSweeper = { FLUSH_AGE_SECONDS: 3600 }
/** Ten entries fill one transaction: nothing more is read within it. */
const oneSlice = { FLUSH_SLICE_ENTRIES: 10, FLUSH_TRANSACTION_ENTRIES: 10 }

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
  return { last, isWaiting: await site.until(() => isRowWaitedFor(site, room)) }
}

export const saidMeanwhile: Scenario = {
  name: 'more is said while a worker stores ten entries',
  parts: ['server-1', 'worker-1'],
  // A sweeper would store what is said meanwhile.
  settings: { ...oneSlice, ...noSweeper },
  async run(witness, site) {
    const room = await witness.openRoom()
    const letGo = await holdRow(site, room)
    const { last, isWaiting } = await sayUntilWorkerWaits(witness, site, room)
    for (const line of [1, 2, 3]) await witness.sayUntilKnown('bob', room, `meanwhile ${line}`)
    await letGo()
    const isDone = await site.until(isStored(site, room, last))
    await pause(300)
    await witness.sayUntilKnown('alice', room, 'afterwards')
    await witness.close(room)
    await untilFinal(site)
    return isWaiting && isDone
  },
}

export const lateTrim: Scenario = {
  name: 'a worker stores ten entries and its trim is stuck on the way until another worker has trimmed further and more is said',
  parts: ['server-1', 'worker-1', 'worker-2'],
  settings: oneSlice,
  async run(witness, site) {
    const [slow, other] = [site.link('worker-1').redis, site.link('worker-2').redis]
    other.down()
    const room = await witness.openRoom()
    const letGo = await holdRow(site, room)
    const { last, isWaiting } = await sayUntilWorkerWaits(witness, site, room)
    const before = await storedSeq(site, room)
    slow.hold('up')
    await letGo()
    const isStuck = await site.until(isStored(site, room, before + 1))
    other.heal()
    const isTrimmed = async (seq: number): Promise<boolean> => (await site.bufferBase(room)) >= seq
    // A mutant that stores what is stored already never trims: it has shown itself.
    const untilTrimmed = (seq: number): Promise<boolean> =>
      site.until(async () => hasDoubledRow(site) || (await isTrimmed(seq)))
    await untilTrimmed(last)
    const further = await sayTen(witness, room, 'further')
    await untilTrimmed(further)
    const isTrimmedBefore = await isTrimmed(further)
    other.down()
    for (let line = 1; line <= 13; line += 1) await witness.sayUntilKnown('bob', room, `more ${line}`)
    slow.heal()
    await pause(300)
    other.heal()
    await witness.close(room)
    await untilFinal(site)
    return isWaiting && isStuck && isTrimmedBefore
  },
}

export const uncommittedFlush: Scenario = {
  name: 'a worker stores ten entries, and its connection to MySQL is cut before the commit arrives',
  parts: ['server-1', 'worker-1'],
  async run(witness, site) {
    const { database } = site.link('worker-1')
    const room = await witness.openRoom()
    const letGo = await holdRow(site, room)
    const { last, isWaiting } = await sayUntilWorkerWaits(witness, site, room)
    const cut = { isInserted: false, isCommitLost: false }
    database.cutBefore((chunk) => {
      cut.isInserted ||= chunk.includes('LOAD DATA LOCAL') || chunk.includes('INSERT INTO messages')
      const isCommit = chunk.includes('COMMIT')
      cut.isCommitLost ||= isCommit && cut.isInserted
      return isCommit
    })
    await letGo()
    await site.until(() => cut.isCommitLost)
    await pause(300)
    database.heal()
    // Let go of it is what the mutant does without having stored it.
    await site.until(async () => (await site.bufferBase(room)) >= last)
    await witness.sayUntilKnown('bob', room, 'afterwards')
    await witness.close(room)
    await untilFinal(site)
    return isWaiting && cut.isCommitLost
  },
}

export const cutInBulk: Scenario = {
  name: 'a line that is longer than its column is stored in bulk',
  parts: ['server-1', 'worker-1'],
  settings: noSweeper,
  async run(witness, site) {
    const { sql } = site.world
    witness.note('database: a column is too short', 'it takes 300 bytes', true)
    await sql.raw('ALTER TABLE messages MODIFY payload VARBINARY(300) NOT NULL')
    try {
      const room = await witness.openRoom()
      const letGo = await holdRow(site, room)
      const { outcome } = await witness.say('alice', room, 'long '.repeat(200).trim())
      const { last, isWaiting } = await sayUntilWorkerWaits(witness, site, room)
      await letGo()
      const isDone = await site.until(isStored(site, room, last))
      await witness.close(room)
      await untilFinal(site)
      return outcome === 'ok' && isWaiting && isDone
    } finally {
      await sql.raw('ALTER TABLE messages MODIFY payload MEDIUMBLOB NOT NULL')
    }
  },
}

export const flipped: Scenario = {
  name: 'a letter of a line becomes another one on its way to MySQL, once',
  parts: ['server-1', 'worker-1'],
  settings: noSweeper,
  async run(witness, site) {
    const { database } = site.link('worker-1')
    const [said, arrives] = [Buffer.from('a true word'), Buffer.from('a blue word')]
    let times = 0
    database.alter((chunk) => {
      const at = chunk.indexOf(said)
      if (at === -1 || times > 0) return chunk
      times += 1
      const changed = Buffer.from(chunk)
      arrives.copy(changed, at)
      return changed
    })
    const room = await witness.openRoom()
    const letGo = await holdRow(site, room)
    await witness.sayUntilKnown('bob', room, said.toString())
    const { last, isWaiting } = await sayUntilWorkerWaits(witness, site, room)
    await letGo()
    const isDone = await site.until(isStored(site, room, last))
    database.heal()
    await witness.close(room)
    await untilFinal(site)
    return isWaiting && isDone && times === 1
  },
}

export const rotten: Scenario = {
  name: 'a stored row is changed behind our back before the room is closed',
  parts: ['server-1', 'worker-1'],
  async run(witness, site) {
    const { sql } = site.world
    const room = await witness.openRoom()
    const last = await sayTen(witness, room, 'stored')
    await site.until(isStored(site, room, last))
    witness.note('database: a row was changed', 'its time is another one', true)
    const changed = await sql('messages')
      .where({ room_id: room, seq: 5 })
      .update({ at: sql.raw('at - INTERVAL 1 SECOND') })
    await witness.close(room)
    await untilFinal(site)
    return changed === 1
  },
}
