import test from 'ava'
import { systemSender } from '../../src/ledger/index.ts'
import type { AppendOutcome, NewEntry, RuleChange, Taking } from '../../src/ledger/index.ts'
import { alice, bob, createSite, line } from '../support/ledger.ts'
import type { LedgerSite } from '../support/ledger.ts'
import { worldOf } from '../support/world.ts'

const world = worldOf(test)
let site: LedgerSite
let other: LedgerSite
test.serial.before(async () => {
  site = await createSite(world())
  other = await createSite(world(), world().config, site.rooms)
})

const rules = (change: RuleChange): NewEntry => ({
  ...{ sender: systemSender, id: `!settings:${change.version}`, kind: 'settings', payload: Buffer.from('{}') },
  rules: change,
})

const wordFor = (account: typeof bob, version: number, hasWord: boolean): NewEntry => ({
  ...{ sender: systemSender, id: `!word:${account}:${version}`, kind: 'word', payload: Buffer.from('{}') },
  membership: { account, version, isIn: true, hasWord },
})

const taking = (takes: Taking, text: string, from = bob): NewEntry => ({ ...line(text, from), takes })
const typeOf = (outcome: AppendOutcome): string => outcome.type

test.serial(
  'without the word a member is not heard where it must be given, from the change on, even within one batch',
  async (t) => {
    const room = await site.newRoom()

    const outcomes = await Promise.all([
      site.ledger.append(room, taking('turn', 'before')),
      site.ledger.append(room, rules({ version: 1, speak: 'given', paceMs: 0 })),
      site.ledger.append(room, taking('turn', 'after')),
      site.ledger.append(room, taking('word', 'an edit')),
      site.ledger.append(room, line('takes nothing', bob)),
      site.ledger.append(room, wordFor(bob, 3, true)),
      site.ledger.append(room, taking('turn', 'with the word')),
      site.ledger.append(room, wordFor(bob, 4, false)),
      site.ledger.append(room, taking('turn', 'without it again')),
    ])

    t.deepEqual(outcomes.map(typeOf), ['kept', 'kept', 'muted', 'muted', 'kept', 'kept', 'kept', 'kept', 'muted'])
  },
)

test.serial('what was kept before is answered with its first place, whatever the rules are now', async (t) => {
  const room = await site.newRoom()
  const said = taking('turn', 'once')
  const first = await site.ledger.append(room, said)
  await site.ledger.append(room, rules({ version: 1, speak: 'given', paceMs: 60_000 }))

  const again = await other.ledger.append(room, said)

  t.like(again, { type: 'kept', isDuplicate: true, place: first.type === 'kept' ? first.place : undefined })
})

test.serial('a pace is kept by each speaker over all servers, and what is refused takes no turn', async (t) => {
  const room = await site.newRoom()
  await site.ledger.append(room, rules({ version: 1, speak: 'members', paceMs: 60_000 }))
  const said = taking('turn', 'one')

  t.is((await site.ledger.append(room, said)).type, 'kept')
  const early = await other.ledger.append(room, taking('turn', 'two'))
  t.is((await other.ledger.append(room, taking('turn', 'hers', alice))).type, 'kept')
  t.is((await other.ledger.append(room, taking('word', 'an edit'))).type, 'kept')
  t.is((await other.ledger.append(room, said)).type, 'kept')

  t.is(early.type, 'early')
  t.true(early.type === 'early' && early.retryMs > 50_000 && early.retryMs <= 60_000)
  await site.ledger.append(room, rules({ version: 2, speak: 'members', paceMs: 0 }))
  t.is((await other.ledger.append(room, taking('turn', 'at last'))).type, 'kept')
})

test.serial('two turns at once are one', async (t) => {
  const room = await site.newRoom()
  await site.ledger.append(room, rules({ version: 1, speak: 'members', paceMs: 60_000 }))

  const outcomes = await Promise.all(
    [site, other, site, other].map(({ ledger }, n) => ledger.append(room, taking('turn', `line ${n}`))),
  )

  t.deepEqual(outcomes.map(typeOf).toSorted(), ['early', 'early', 'early', 'kept'])
})

test.serial('a turn comes when the pace has passed', async (t) => {
  const room = await site.newRoom()
  await site.ledger.append(room, rules({ version: 1, speak: 'members', paceMs: 200 }))
  await site.ledger.append(room, taking('turn', 'one'))

  const early = await site.ledger.append(room, taking('turn', 'two'))
  t.is(early.type, 'early')
  await new Promise((resolve) => setTimeout(resolve, early.type === 'early' ? early.retryMs : 0))

  t.is((await site.ledger.append(room, taking('turn', 'two'))).type, 'kept')
})

test.serial('a change of rules that is late adds its entry and leaves the rules as they are', async (t) => {
  const room = await site.newRoom()
  await site.ledger.append(room, rules({ version: 5, speak: 'given', paceMs: 0 }))

  t.is((await site.ledger.append(room, rules({ version: 4, speak: 'members', paceMs: 0 }))).type, 'kept')

  t.is((await site.ledger.append(room, taking('turn', 'nothing'))).type, 'muted')
})

test.serial('the rules and the word outlive a Redis that comes back empty', async (t) => {
  const room = await site.newRoom()
  await site.ledger.append(room, line('before'))
  site.rooms.rosters.set(room, {
    ...{ rules: { speak: 'given', paceMs: 60_000, version: 7 }, version: 9 },
    members: [
      { account: alice, version: 1, isIn: true, hasWord: true },
      { account: bob, version: 2, isIn: true },
    ],
  })

  await site.redis.flushall()

  t.is((await site.ledger.append(room, taking('turn', 'mute', bob))).type, 'muted')
  t.is((await site.ledger.append(room, taking('turn', 'speaks', alice))).type, 'kept')
  t.is((await site.ledger.append(room, taking('turn', 'too soon', alice))).type, 'early')
  t.is((await site.ledger.append(room, rules({ version: 7, speak: 'members', paceMs: 0 }))).type, 'kept')
  t.is((await site.ledger.append(room, taking('turn', 'still mute', bob))).type, 'muted')
})
