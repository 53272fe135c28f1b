import { randomUUIDv7 } from 'node:crypto'
import { pause } from '../patience.ts'
import type { Scenario } from '../scenario.ts'
import { holdRow, storedSeq, untilFinal } from '../scenario.ts'
import type { Witness } from '../witness.ts'

export const repeats: Scenario = {
  name: 'one id is sent again: at another server, after the closing, and when the room is sealed',
  parts: ['server-1', 'server-2', 'worker-1'],
  async run(witness, site) {
    const room = await witness.openRoom()
    const id = randomUUIDv7()
    const { outcome } = await witness.say('alice', room, 'once', { id })
    await witness.say('bob', room, 'in between')
    await witness.say('alice', room, 'once', { id, via: 'server-2' })
    await witness.close(room)
    await witness.say('alice', room, 'once', { id })
    await untilFinal(site)
    await witness.say('alice', room, 'once', { id, via: 'server-2' })
    return outcome === 'ok'
  },
}

export const unheard: Scenario = {
  name: 'a line never reaches Redis, another one is kept and its answer is lost',
  parts: ['server-1', 'worker-1'],
  async run(witness, site) {
    const room = await witness.openRoom()
    const { redis } = site.link('server-1')
    await witness.sayUntilKnown('alice', room, 'before')
    redis.cutBefore((chunk) => chunk.includes('never arrives'))
    const first = await witness.say('alice', room, 'never arrives')
    await pause(100)
    redis.heal()
    if (first.outcome === 'unknown') await witness.sayUntilKnown('alice', room, 'never arrives', { id: first.id })
    redis.cutAfter((chunk) => chunk.includes('never answered'))
    const second = await witness.say('bob', room, 'never answered')
    redis.heal()
    if (second.outcome === 'unknown') {
      await witness.sayUntilKnown('bob', room, 'never answered', { id: second.id })
    }
    await witness.sayUntilKnown('alice', room, 'after')
    await witness.close(room)
    await untilFinal(site)
    return first.outcome === 'unknown' && second.outcome === 'unknown'
  },
}

export const tooLong: Scenario = {
  name: 'a line is longer than its column',
  parts: ['server-1', 'worker-1'],
  async run(witness, site) {
    const { sql } = site.world
    witness.note('database: a column is too short', 'it takes 300 bytes', true)
    await sql.raw('ALTER TABLE messages MODIFY payload VARBINARY(300) NOT NULL')
    try {
      const room = await witness.openRoom()
      await witness.say('alice', room, 'short')
      const { outcome } = await witness.say('alice', room, 'long '.repeat(200).trim())
      await witness.say('bob', room, 'short again')
      await witness.close(room)
      await untilFinal(site)
      return outcome === 'ok'
    } finally {
      await sql.raw('ALTER TABLE messages MODIFY payload MEDIUMBLOB NOT NULL')
    }
  },
}

export const putOut: Scenario = {
  name: 'somebody is put out and goes on talking, at both servers',
  parts: ['server-1', 'server-2', 'worker-1'],
  async run(witness) {
    const room = await witness.openRoom()
    await witness.say('alice', room, 'still here')
    await witness.say('alice', room, 'here too', { via: 'server-2' })
    const { outcome } = await witness.kick('alice', room)
    await witness.say('alice', room, 'not here any more')
    await witness.say('alice', room, 'nor here', { via: 'server-2' })
    await witness.say('bob', room, 'peace')
    return outcome === 'ok'
  },
}

/** Of a hash of sent ids; the least that a setting allows. */
const sentIds = 10

export const forgotten: Scenario = {
  name: 'an id is sent again when so many others have come that Redis would like to forget it, and nothing is stored',
  parts: ['server-1', 'worker-1'],
  settings: { SENT_MAX_IDS: sentIds, FLUSH_ENTRIES: 1000, FLUSH_AGE_SECONDS: 3600 },
  async run(witness, site) {
    const room = await witness.openRoom()
    const { id } = await witness.say('alice', room, 'once')
    for (let line = 1; line <= 2 * sentIds; line += 1) await witness.sayUntilKnown('bob', room, `other ${line}`)
    const again = await witness.say('alice', room, 'once', { id })
    return again.outcome === 'ok' && (await storedSeq(site, room)) === 0
  },
}

/** Rounds in which a hash of sent ids is filled, and all of it stored, so that it goes: one more than there are hashes, and one to be sure. */
const turns = 4

export const asked: Scenario = {
  name: 'an id is sent again when Redis has forgotten it',
  parts: ['server-1', 'worker-1'],
  settings: { SENT_MAX_IDS: sentIds, FLUSH_ENTRIES: 1 },
  async run(witness, site) {
    const room = await witness.openRoom()
    const { id } = await witness.say('alice', room, 'once')
    let isStored = true
    for (let turn = 1; turn <= turns && isStored; turn += 1) {
      let last = 0
      for (let line = 1; line <= sentIds; line += 1) {
        const { seq = 0 } = await witness.sayUntilKnown('bob', room, `other ${turn}.${line}`)
        last = seq
      }
      isStored = await site.until(async () => (await storedSeq(site, room)) >= last)
    }
    const again = await witness.say('alice', room, 'once', { id })
    return again.outcome === 'ok' && isStored
  },
}

async function sayAndChange(witness: Witness, room: string, when: string): Promise<{ seq: number; at: string }> {
  const { epoch, seq = 0 } = await witness.sayUntilKnown('alice', room, `deleted ${when}`)
  const at = `${epoch}:${seq}`
  await witness.amend('alice', room, { kind: 'edit', body: `deleted ${when}, changed`, target: at })
  return { seq, at }
}

export const deleted: Scenario = {
  name: 'a line is changed and deleted before it is stored, another one after that',
  parts: ['server-1', 'worker-1'],
  async run(witness, site) {
    const room = await witness.openRoom()
    const letGo = await holdRow(site, room)
    await witness.amend('alice', room, {
      kind: 'delete',
      body: '',
      target: (await sayAndChange(witness, room, 'soon')).at,
    })
    await letGo()
    const late = await sayAndChange(witness, room, 'late')
    const isStored = await site.until(async () => (await storedSeq(site, room)) >= late.seq)
    await witness.amend('alice', room, { kind: 'delete', body: '', target: late.at })
    const { outcome } = await witness.sayUntilKnown('bob', room, 'it stays')
    await witness.close(room)
    await untilFinal(site)
    return isStored && outcome === 'ok'
  },
}
