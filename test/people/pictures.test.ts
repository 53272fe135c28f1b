import test from 'ava'
import { createMediaWork } from '../../src/media/index.ts'
import type { MediaWork } from '../../src/media/index.ts'
import type { MediaId } from '../../src/platform/ids.ts'
import { inTransaction } from '../../src/platform/mysql.ts'
import { upright } from '../media/pictures.ts'
import { streetOf } from './street.ts'
import type { Resident } from './street.ts'

const street = streetOf(test)
let work: MediaWork
let bytes: Buffer

test.serial.before('a worker for pictures', async () => {
  const { world } = street()
  const { sql, config, log } = world
  bytes = await upright().png().toBuffer()
  work = await createMediaWork({
    ...{ sql, config, log },
    transaction: (done) => inTransaction(sql, (trx) => done(trx, async () => undefined)),
  })
  world.atEnd(() => work.stop())
})

async function rendered(who: Resident): Promise<MediaId> {
  const id = await who.upload(bytes)
  await work.render(id)
  return id
}

const wear = (who: Resident, media: unknown) => who.ask('PUT /v1/me/picture', { media: String(media) })
const shown = async (who: Resident, by: Resident = who) =>
  (await by.ask(`GET /v1/people/${who.username}`)).body['picture'] as Record<string, string> | null
const stateOf = async (id: MediaId): Promise<string | undefined> =>
  (await street().world.sql('media').where({ id }).first<{ state: string } | undefined>('state'))?.state

test('a picture is shown with the name of who wears it, wherever that stands', async (t) => {
  const [alice, bob] = await street().moveInMany('alice', 2)
  if (!alice || !bob) throw new Error('two people moved in')
  const id = await rendered(alice)
  await bob.ask(`PUT /v1/people/${alice.username}/follow`)
  await alice.ask(`PUT /v1/people/${bob.username}/follow`)

  const worn = await wear(alice, id)

  t.is(worn.status, 204)
  const picture = await shown(alice, bob)
  t.deepEqual(Object.keys(picture ?? {}).toSorted(), ['feed', 'full', 'jpeg', 'thumb'])
  t.deepEqual((await alice.ask('GET /v1/me')).body['picture'], picture)
  const listed = (await bob.ask(`GET /v1/people/${bob.username}/followers`)).body['items'] as Record<string, unknown>[]
  t.deepEqual(
    listed.map((item) => item['picture']),
    [picture],
  )
  const inbox = (await bob.ask('GET /v1/notifications')).body['items'] as { actors: { latest: unknown[] } }[]
  t.like(inbox[0]?.actors.latest[0], { username: alice.username, picture })
})

test('the picture before goes with the change, and the last one with its removal', async (t) => {
  const alice = await street().moveIn('alice')
  const [first, second] = [await rendered(alice), await rendered(alice)]
  await wear(alice, first)
  const before = await shown(alice)

  t.is((await wear(alice, second)).status, 204)
  t.is((await wear(alice, second)).status, 204)
  t.notDeepEqual(await shown(alice), before)
  t.is(await stateOf(first), 'released')
  t.is(await stateOf(second), 'ready')

  t.is((await alice.ask('DELETE /v1/me/picture')).status, 204)
  t.is((await alice.ask('DELETE /v1/me/picture')).status, 204)
  t.is(await shown(alice), null)
  t.is(await stateOf(second), 'released')
})

test('a picture in the making is not worn yet, and the one before stays', async (t) => {
  const alice = await street().moveIn('alice')
  const first = await rendered(alice)
  await wear(alice, first)
  const before = await shown(alice)
  const raw = await alice.upload(bytes)

  const early = await wear(alice, raw)
  await work.render(raw)
  const unchanged = await shown(alice)
  const later = await wear(alice, raw)

  t.is(early.status, 409)
  t.is(early.body['code'], 'not_ready')
  t.is(early.headers.get('retry-after'), '2')
  t.deepEqual(unchanged, before)
  t.is(await stateOf(first), 'released')
  t.is(later.status, 204)
})

test('a picture of another person, one that is not there, and one in use elsewhere are refused alike', async (t) => {
  const [alice, bob] = await street().moveInMany('alice', 2)
  if (!alice || !bob) throw new Error('two people moved in')
  const own = await rendered(alice)
  const used = await rendered(alice)
  await wear(alice, own)
  await street().world.sql('media').where({ id: used }).update({ use_type: 'post', use_id: 1 })

  for (const media of [await rendered(bob), 999_999, used]) {
    const { status, body } = await wear(alice, media)
    t.is(status, 422)
    t.is((body['errors'] as { pointer: string }[])[0]?.pointer, '/media')
  }
  for (const media of ['x', '', '-1', '0']) t.is((await wear(alice, media)).status, 422, media)
  t.is(await stateOf(own), 'ready')
  t.truthy(await shown(alice))
})

test('of two changes at once each gives up what it replaces', async (t) => {
  const alice = await street().moveIn('alice')
  const ids = [await rendered(alice), await rendered(alice), await rendered(alice)]

  const answers = await Promise.all(ids.map((id) => wear(alice, id)))

  t.deepEqual(
    answers.map(({ status }) => status),
    [204, 204, 204],
  )
  const states = await Promise.all(ids.map(stateOf))
  t.deepEqual(states.toSorted(), ['ready', 'released', 'released'])
  const row = await street().world.sql('accounts').where({ id: alice.id }).first<{ picture_id: MediaId }>('picture_id')
  t.is(row?.picture_id, ids[states.indexOf('ready')]!)
})
