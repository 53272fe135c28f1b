import test from 'ava'
import { epochEnds } from '../../src/ledger/record-store.ts'
import { driveClosing } from '../../src/ledger/sealing.ts'
import type { AppendOutcome } from '../../src/ledger/index.ts'
import type { RoomId } from '../../src/platform/ids.ts'
import { connectFor } from '../support/connections.ts'
import { CuttingProxy } from '../support/cutting-proxy.ts'
import { eventually } from '../support/eventually.ts'
import { alice, createSite, line, texts } from '../support/ledger.ts'
import type { LedgerSite } from '../support/ledger.ts'
import { startRedis } from '../support/redis-server.ts'
import { worldOf } from '../support/world.ts'

/** Two Redis behind one address, the second a replica that takes over: what docs/operations.md promises of a failover. */

const world = worldOf(test)

interface Pair {
  site: LedgerSite
  newRoom(): Promise<RoomId>
  untilInStep(): Promise<void>
  /** From now on the replica hears nothing of the primary. */
  cutOff(): Promise<void>
  /** The primary dies, the replica takes writes, and the address leads to it. */
  takeOver(): Promise<void>
  demand(replicas: number): Promise<unknown>
}

async function createPair(): Promise<Pair> {
  const primary = await startRedis()
  const replica = await startRedis(['--replicaof', `127.0.0.1 ${primary.port}`])
  const ask = { primary: connectFor('commands', primary.url), replica: connectFor('commands', replica.url) }
  let inCharge = primary
  const proxy = await CuttingProxy.open(() => inCharge.url)
  world().atEnd(async () => {
    proxy.close()
    for (const redis of Object.values(ask)) redis.disconnect()
    await Promise.all([primary.stop(), replica.stop()])
  })
  await eventually(async () => /^master_link_status:up/m.test(await ask.replica.info('replication')))
  const site = await createSite(world(), world().configWith({ REDIS_URL: proxy.address.replace('http', 'redis') }))
  return {
    site,
    newRoom: async () => {
      const room = nextRoom()
      site.rooms.put(room, [alice])
      await site.ledger.create(world().sql, room)
      return room
    },
    async untilInStep() {
      const place = async (redis: typeof ask.primary, name: string): Promise<string | undefined> =>
        new RegExp(`^${name}:(\\d+)`, 'm').exec(await redis.info('replication'))?.[1]
      await eventually(
        async () =>
          (await place(ask.primary, 'master_repl_offset')) === (await place(ask.replica, 'slave_repl_offset')),
      )
    },
    cutOff: async () => void (await ask.replica.replicaof('NO', 'ONE')),
    async takeOver() {
      await primary.kill()
      await ask.replica.replicaof('NO', 'ONE')
      inCharge = replica
      proxy.cut()
    },
    demand: (replicas) => ask.primary.config('SET', 'min-replicas-to-write', String(replicas)),
  }
}

let lastRoom = 0
const nextRoom = (): RoomId => (lastRoom += 1) as RoomId

/** Says a line until it is known what became of it. */
function say({ site }: Pair, room: RoomId, text: string): Promise<AppendOutcome> {
  const entry = line(text)
  return eventually(async () => {
    const outcome = await site.ledger.append(room, entry)
    return outcome.type !== 'unknown' && outcome
  })
}

async function sealed({ site }: Pair, room: RoomId): Promise<unknown> {
  await eventually(() => site.ledger.close(room, { by: alice, requestId: undefined }).catch(() => false as const))
  await driveClosing(site.work, room)
  return site.ledger.closing(room)
}

const linesOf = async ({ site }: Pair, room: RoomId): Promise<string[]> =>
  texts(await site.ledger.entries(room, { after: 0, upTo: 100, limit: 100 }))

test.serial('a replica that is in step takes over: a new epoch, nothing is lost, and the room is sealed', async (t) => {
  const pair = await createPair()
  const room = await pair.newRoom()
  await say(pair, room, 'one')
  await say(pair, room, 'two')
  await pair.untilInStep()

  await pair.takeOver()
  t.like(await say(pair, room, 'three'), { type: 'kept' })

  t.deepEqual(await linesOf(pair, room), ['one', 'two', 'three'])
  t.like((await epochEnds(world().sql, room))[0], { cause: 'restart', lastSeq: 2, suspect: undefined })
  t.like(await sealed(pair, room), { state: 'sealed' })
})

test.serial('a replica that is behind takes over: what it never had is named, and the room is suspect', async (t) => {
  const pair = await createPair()
  const room = await pair.newRoom()
  await say(pair, room, 'one')
  await pair.untilInStep()
  await pair.cutOff()
  await say(pair, room, 'lost')
  await eventually(async () => (await world().sql('ledger_acked').where({ room_id: room, seq: 2 })).length === 1)

  await pair.takeOver()
  t.like(await say(pair, room, 'after'), { type: 'kept' })

  t.deepEqual(await linesOf(pair, room), ['one', 'after'])
  t.like((await epochEnds(world().sql, room))[0], { lastSeq: 1, suspect: { from: 2, to: 2 } })
  t.like(await sealed(pair, room), { state: 'suspect' })
})

test.serial('with min-replicas-to-write a primary without its replica acknowledges nothing more', async (t) => {
  const pair = await createPair()
  const room = await pair.newRoom()
  await say(pair, room, 'one')
  await pair.untilInStep()
  await pair.demand(1)
  t.like(await say(pair, room, 'two'), { type: 'kept' })
  await pair.untilInStep()

  await pair.cutOff()
  const outcome = await eventually(async () => {
    const answer = await pair.site.ledger.append(room, line('three'))
    return answer.type === 'unknown' && answer
  })
  await pair.takeOver()
  await say(pair, room, 'four')

  t.deepEqual(outcome, { type: 'unknown', reason: 'unavailable' })
  const lines = await linesOf(pair, room)
  t.deepEqual(lines.slice(0, 2), ['one', 'two'])
  t.is(lines.at(-1), 'four')
})
