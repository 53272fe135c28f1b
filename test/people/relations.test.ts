import test from 'ava'
import { hidersOf } from '../../src/people/index.ts'
import type { AccountId } from '../../src/platform/ids.ts'
import { streetOf } from './street.ts'
import type { Resident } from './street.ts'

const street = streetOf(test)

const pageOf = async (who: Resident, other: Resident) => (await who.ask(`GET /v1/people/${other.username}`)).body
const relation = async (who: Resident, other: Resident) => (await pageOf(who, other))['relation']
const change = async (who: Resident, what: string, other: Resident) => {
  const [method, kind] = what.split(' ')
  return (await who.ask(`${method} /v1/people/${other.username}/${kind}`)).status
}
const toldTo = (who: Resident) => street().told.filter(({ audience }) => audience === who.id)
const nothing = { follows: false, followsMe: false, blocks: false, mutes: false }

test('who is looked at is found in any case, with what they say of themselves and how I stand to them', async (t) => {
  const alice = await street().moveIn('alice')
  const bob = await street().moveIn('bob')
  await street().world.sql('accounts').where({ id: bob.id }).update({ bio: '두 줄\n소개', area: '망원동' })

  const found = await alice.ask(`GET /v1/people/${bob.username.toUpperCase()}`)

  t.is(found.status, 200)
  t.like(found.body, { id: String(bob.id), username: bob.username, displayName: 'bob', picture: null })
  t.like(found.body, { bio: '두 줄\n소개', area: '망원동', followers: 0, following: 0 })
  t.deepEqual(found.body['relation'], nothing)
  t.is((await alice.ask('GET /v1/people/nobody_here')).status, 404)
})

test('following counts once however often it is said, and so does its end', async (t) => {
  const alice = await street().moveIn('alice')
  const bob = await street().moveIn('bob')

  const follows = [await change(alice, 'PUT follow', bob), await change(alice, 'PUT follow', bob)]
  const followed = await pageOf(alice, bob)
  const seenByBob = await pageOf(bob, alice)
  const ends = [await change(alice, 'DELETE follow', bob), await change(alice, 'DELETE follow', bob)]
  const after = await pageOf(alice, bob)

  t.deepEqual(follows, [204, 204])
  t.like(followed, { followers: 1, following: 0, relation: { ...nothing, follows: true } })
  t.like(seenByBob, { followers: 0, following: 1, relation: { ...nothing, followsMe: true } })
  t.deepEqual(ends, [204, 204])
  t.like(after, { followers: 0, relation: nothing })
  t.deepEqual(
    toldTo(bob).map(({ type }) => type),
    ['notification.created', 'notifications.unread', 'notification.deleted', 'notifications.unread'],
  )
})

for (const what of ['follow', 'block', 'mute']) {
  test(`nobody can ${what} themselves, or somebody who is not there`, async (t) => {
    const alice = await street().moveIn('alice')

    const itself = await alice.ask(`PUT /v1/people/${alice.username}/${what}`)
    const nobody = await alice.ask(`PUT /v1/people/nobody_here/${what}`)

    t.is(itself.status, 422)
    t.like(itself.body, { code: 'bad_input', errors: [{ pointer: '/username', code: 'oneself' }] })
    t.is(nobody.status, 404)
  })
}

test('a block ends follows in both directions, stops new ones, and hides who blocks', async (t) => {
  const alice = await street().moveIn('alice')
  const bob = await street().moveIn('bob')
  await change(alice, 'PUT follow', bob)
  await change(bob, 'PUT follow', alice)

  const blocked = [await change(alice, 'PUT block', bob), await change(alice, 'PUT block', bob)]

  t.deepEqual(blocked, [204, 204])
  t.like(await pageOf(alice, bob), { followers: 0, following: 0, relation: { ...nothing, blocks: true } })
  t.is((await bob.ask(`GET /v1/people/${alice.username}`)).status, 404)
  t.is((await bob.ask(`GET /v1/people/${alice.username}/followers`)).status, 404)
  t.is((await bob.ask(`GET /v1/people/${alice.username}/following`)).status, 404)
  t.is(await change(bob, 'PUT follow', alice), 404)
  t.is(await change(alice, 'PUT follow', bob), 409)
  for (const one of [alice, bob]) t.like((await one.ask('GET /v1/notifications')).body, { items: [], unread: 0 })
})

test('after the end of a block people find each other again, and follow nobody by that', async (t) => {
  const alice = await street().moveIn('alice')
  const bob = await street().moveIn('bob')
  await change(bob, 'PUT follow', alice)
  await change(alice, 'PUT block', bob)

  const ends = [await change(alice, 'DELETE block', bob), await change(alice, 'DELETE block', bob)]

  t.deepEqual(ends, [204, 204])
  t.deepEqual(await relation(bob, alice), nothing)
  t.is(await change(bob, 'PUT follow', alice), 204)
})

test('who is blocked may block back, and is free only when both have ended it', async (t) => {
  const alice = await street().moveIn('alice')
  const bob = await street().moveIn('bob')
  await change(alice, 'PUT block', bob)

  t.is(await change(bob, 'PUT block', alice), 204)
  await change(alice, 'DELETE block', bob)

  t.is((await alice.ask(`GET /v1/people/${bob.username}`)).status, 404)
  t.like(await relation(bob, alice), { blocks: true })
  t.is(await change(bob, 'DELETE block', alice), 204)
  t.deepEqual(await relation(alice, bob), nothing)
})

test('a mute is seen by nobody but who mutes, and leaves follows as they are', async (t) => {
  const alice = await street().moveIn('alice')
  const bob = await street().moveIn('bob')
  await change(alice, 'PUT follow', bob)

  const muted = [await change(alice, 'PUT mute', bob), await change(alice, 'PUT mute', bob)]

  t.deepEqual(muted, [204, 204])
  t.like(await relation(alice, bob), { follows: true, mutes: true })
  t.deepEqual(await relation(bob, alice), { ...nothing, followsMe: true })
  t.is(await change(alice, 'DELETE mute', bob), 204)
  t.like(await relation(alice, bob), { follows: true, mutes: false })
})

test('relations name both sides of a block and one side of a mute', async (t) => {
  const [alice, bob, carol, dave] = await street().moveInMany('alice', 4)
  if (!alice || !bob || !carol || !dave) throw new Error('four people moved in')
  await change(alice, 'PUT block', bob)
  await change(carol, 'PUT block', alice)
  await change(alice, 'PUT mute', dave)
  await change(bob, 'PUT mute', alice)
  const { people } = street()

  const ofAlice = await people.relationsOf(alice.id)
  const ofBob = await people.relationsOf(bob.id)
  const ofDave = await people.relationsOf(dave.id)

  t.deepEqual(ofAlice.blocked, new Set([bob.id, carol.id]))
  t.deepEqual(ofAlice.muted, new Set([dave.id]))
  t.deepEqual(ofAlice.hidden, new Set([bob.id, carol.id, dave.id]))
  t.deepEqual(ofBob, { blocked: new Set([alice.id]), muted: new Set([alice.id]), hidden: new Set([alice.id]) })
  t.is(ofDave.hidden.size, 0)
})

test('hiders are those among the asked who muted, or are parted from, the actor', async (t) => {
  const [actor, muter, blocker, blocked, friend] = await street().moveInMany('alice', 5)
  if (!actor || !muter || !blocker || !blocked || !friend) throw new Error('five people moved in')
  await change(muter, 'PUT mute', actor)
  await change(blocker, 'PUT block', actor)
  await change(actor, 'PUT block', blocked)
  await change(actor, 'PUT mute', friend)
  const { world } = street()
  const among = [muter.id, blocker.id, blocked.id, friend.id]

  t.deepEqual(await hidersOf(world.sql, actor.id, among), new Set([muter.id, blocker.id, blocked.id]))
  t.deepEqual(await hidersOf(world.sql, actor.id, [friend.id, blocker.id]), new Set([blocker.id]))
  t.is((await hidersOf(world.sql, actor.id, [])).size, 0)
})

test('those whom somebody follows are known until that ends', async (t) => {
  const [alice, bob, carol] = await street().moveInMany('alice', 3)
  if (!alice || !bob || !carol) throw new Error('three people moved in')
  await change(alice, 'PUT follow', bob)
  await change(alice, 'PUT follow', carol)
  await change(alice, 'DELETE follow', bob)

  t.deepEqual(await street().people.followedBy(alice.id), [carol.id])
})

test('both sides of a block, and who mutes, are told at once that their relations changed, and only of a change', async (t) => {
  const alice = await street().moveIn('alice')
  const bob = await street().moveIn('bob')
  const audiences = async (what: string): Promise<(AccountId | undefined)[]> => {
    const from = street().told.length
    await change(alice, what, bob)
    const told = street().told.slice(from)
    const changed = told.filter(({ topic }) => topic === 'relations').map(({ audience }) => audience)
    return changed.filter((one) => one === alice.id || one === bob.id)
  }

  t.deepEqual(await audiences('PUT block'), [alice.id, bob.id])
  t.deepEqual(await audiences('PUT block'), [])
  t.deepEqual(await audiences('DELETE block'), [alice.id, bob.id])
  t.deepEqual(await audiences('DELETE block'), [])
  t.deepEqual(await audiences('PUT mute'), [alice.id])
  t.deepEqual(await audiences('PUT mute'), [])
  t.deepEqual(await audiences('DELETE mute'), [alice.id])
})
