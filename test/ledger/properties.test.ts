import test from 'ava'
import {
  array,
  assert,
  asyncProperty,
  boolean,
  constant,
  constantFrom,
  integer,
  nat,
  oneof,
  record,
  string,
  tuple,
} from 'fast-check'
import type { Arbitrary } from 'fast-check'
import { deepEqual } from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import { hashOf } from '../../src/ledger/entry.ts'
import { flushRoom } from '../../src/ledger/flush.ts'
import { systemSender } from '../../src/ledger/index.ts'
import { Broker } from '../../src/platform/broker.ts'
import { alice, bob, carol, createSite, idFrom, line } from '../support/ledger.ts'
import type { LedgerSite } from '../support/ledger.ts'
import { ScriptRun } from '../support/script-run.ts'
import type { Spoken, Step } from '../support/script-run.ts'
import { UnreliableListener } from '../support/unreliable-listener.ts'
import type { Happening } from '../support/unreliable-listener.ts'
import { worldOf } from '../support/world.ts'
import { seeded } from '../support/seeded.ts'

const world = worldOf(test)
let site: LedgerSite
test.serial.before(async () => {
  site = await createSite(world())
})

const often = <T>(weight: number, arbitrary: Arbitrary<T>) => ({ weight, arbitrary })

/** Of now, by clocks that are up to a minute off, of long ago, and of an hour that is still to come. */
const ids = [
  ...[...[-60, -20, -1, 0, 0, 0, 0, 1, 20, 60].map((seconds) => idFrom(seconds * 1000)), randomUUIDv7()],
  ...[idFrom(30 * 86_400_000), idFrom(-3_600_000)],
]
const takes = constantFrom('word', 'turn', undefined)
const said = record({ sender: constantFrom(alice, bob, carol), id: constantFrom(...ids), isLookedUp: boolean(), takes })
const version = integer({ min: 1, max: 6 })
const account = constantFrom(alice, bob, carol)
const membership = record({ account, version, isIn: boolean(), hasWord: boolean() })
const rules = record({
  speak: constantFrom('members', 'all', 'given'),
  paceMs: constantFrom(0, 3_600_000),
  version: integer({ min: 0, max: 4 }),
})
const ofSystem = (id: string, isLookedUp: boolean) => ({ sender: systemSender, id, isLookedUp })
const spoken: Arbitrary<Spoken> = oneof(
  often(
    6,
    said.map(({ takes: taking, ...each }) => (taking === undefined ? each : { ...each, takes: taking })),
  ),
  often(
    1,
    tuple(membership, boolean()).map(([change, isLookedUp]) => ({
      ...ofSystem(`!seat:${change.account}:${change.version}:${change.isIn}`, isLookedUp),
      membership: change,
    })),
  ),
  often(
    1,
    tuple(rules, boolean()).map(([change, isLookedUp]) => ({
      ...ofSystem(`!settings:${change.version}`, isLookedUp),
      rules: change,
    })),
  ),
)
const steps: Arbitrary<Step>[] = [
  record({
    type: constant('append'),
    batch: array(spoken, { maxLength: 5 }),
    isOverBudget: constantFrom(false, false, false, true),
    isOld: constantFrom(false, false, true),
  }),
  record({ type: constant('peek'), after: nat(12), limit: nat(5) }),
  record({ type: constant('trim'), epochOff: constantFrom(0, 0, 0, -1, 1), seq: nat(12) }),
  record({ type: constant('hold'), epochOff: integer({ min: -2, max: 3 }) }),
  record({ type: constant('rebase'), epochOff: constantFrom(0, 0, 0, 1), unstored: nat(3), isClosed: boolean() }),
  record({ type: constantFrom('close', 'sleep', 'leave', 'retire') }),
  record({ type: constantFrom('earlier version', 'restart', 'flushall') }),
]
const weights = [16, 2, 5, 2, 5, 4, 2]
const step = oneof(...steps.map((each, index) => often(weights[index] ?? 1, each)))

test.serial('the scripts do what the model of a room says, in any order', async (t) => {
  await assert(
    asyncProperty(array(step, { minLength: 5, maxLength: 40 }), async (taken) => {
      const run = await ScriptRun.of(site.redis, await site.newRoom())
      for (const each of taken) await run.take(each)
    }),
    seeded(200),
  )
  t.pass()
})

const forgetting = oneof(
  often(
    6,
    record({
      type: constant('append' as const),
      batch: array(
        said.map(({ sender, id, isLookedUp }) => ({ sender, id, isLookedUp })),
        { minLength: 1, maxLength: 4 },
      ),
      isOverBudget: constant(false),
      isOld: constantFrom(false, false, true),
    }),
  ),
  often(4, record({ type: constant('store' as const) })),
  often(1, record({ type: constantFrom('earlier version' as const, 'close' as const, 'retire' as const) })),
)

test.serial('what Redis has forgotten is asked for, by whichever clocks it was said', async (t) => {
  await assert(
    asyncProperty(array(forgetting, { minLength: 10, maxLength: 40 }), async (taken) => {
      const run = await ScriptRun.of(site.redis, await site.newRoom())
      for (const each of taken) await run.take(each)
    }),
    seeded(200),
  )
  t.pass()
})

const anyText = oneof(string({ unit: 'binary' }), string({ unit: 'grapheme' }), string(), constant('|:|!\u0000'))

test.serial('a payload of any characters comes back as it was said, with its hash', async (t) => {
  await assert(
    asyncProperty(array(anyText, { minLength: 1, maxLength: 30 }), async (bodies) => {
      const room = await site.newRoom()
      const lines = bodies.map((body) => line(body))

      await Promise.all(lines.map((each) => site.ledger.append(room, each)))
      const buffered = await site.ledger.entries(room, { after: 0, upTo: 100, limit: 100 })
      await flushRoom(site.work, room)
      const stored = await site.ledger.entries(room, { after: 0, upTo: 100, limit: 100 })

      deepEqual(
        buffered.map((entry) => [entry.payload, entry.hash, entry.id]),
        lines.map((each) => [each.payload, hashOf(each.payload), each.id]),
      )
      deepEqual(stored, buffered)
    }),
    seeded(25),
  )
  t.pass()
})

const happening: Arbitrary<Happening> = oneof(
  often(6, constant('say')),
  often(2, constantFrom('lose', 'hear', 'delay', 'release')),
  often(1, constantFrom('flush', 'restart', 'wipe', 'look', 'close')),
)

test.serial('whatever pub/sub loses, doubles or delays, a listener ends with the history', async (t) => {
  const broker = new Broker({ url: world().config.REDIS_URL, publisher: site.redis, log: world().log })
  t.teardown(() => broker.close())
  await assert(
    asyncProperty(array(happening, { minLength: 3, maxLength: 25 }), async (happenings) => {
      const listener = await UnreliableListener.of(site, await site.newRoom(), broker)
      for (const each of happenings) await listener.live(each)
      await listener.end()
    }),
    seeded(25),
  )
  t.pass()
})
