import test from 'ava'
import { hidersOf } from '../../src/people/index.ts'
import { readToEnd, streetOf } from './street.ts'
import type { Resident } from './street.ts'

const street = streetOf(test)

const put = (who: Resident, what: string, other: Resident) => who.ask(`PUT /v1/people/${other.username}/${what}`)
const names = (pages: Record<string, unknown>[][]): unknown[] => pages.flat().map((item) => item['username'])

test.serial('followers and following are read to their end, newest first, without a repeat', async (t) => {
  const alice = await street().moveIn('alice')
  const crowd = await street().moveInMany('bob', 7)
  for (const one of crowd) {
    await put(one, 'follow', alice)
    await put(alice, 'follow', one)
  }
  const newestFirst = crowd.map(({ username }) => username).toReversed()

  const followers = await readToEnd(alice, `/v1/people/${alice.username}/followers`, 3)
  const following = await readToEnd(crowd[0]!, `/v1/people/${alice.username}/following`, 7)

  t.deepEqual(
    followers.map((page) => page.length),
    [3, 3, 1],
  )
  t.deepEqual(names(followers), newestFirst)
  t.deepEqual(
    following.map((page) => page.length),
    [7],
  )
  t.deepEqual(names(following), newestFirst)
})

test.serial('people who came in the same millisecond stand in one order, on every page', async (t) => {
  const alice = await street().moveIn('alice')
  const crowd = await street().moveInMany('bob', 5)
  for (const one of crowd) await put(one, 'follow', alice)
  await street().world.sql('follows').where({ followed_id: alice.id }).update({ created_at: '2026-01-02 03:04:05.678' })

  const pages = await readToEnd(alice, `/v1/people/${alice.username}/followers`, 2)

  t.deepEqual(names(pages), crowd.map(({ username }) => username).toReversed())
  t.is(pages[0]?.[0]?.['since'], '2026-01-02T03:04:05.678Z')
})

test.serial('who follows while the list is read makes neither a repeat nor a hole', async (t) => {
  const alice = await street().moveIn('alice')
  const crowd = await street().moveInMany('bob', 4)
  for (const one of crowd) await put(one, 'follow', alice)
  const first = await alice.ask(`GET /v1/people/${alice.username}/followers?limit=2`)

  await put(await street().moveIn('carol'), 'follow', alice)
  const { next } = first.body['page'] as { next: string }
  const second = await alice.ask(`GET /v1/people/${alice.username}/followers?limit=2&cursor=${next}`)

  const read = [first, second].map(({ body }) => body['items'] as Record<string, unknown>[])
  t.deepEqual(names(read), crowd.map(({ username }) => username).toReversed())
  t.deepEqual(second.body['page'], {})
})

test.serial(
  'who is parted from the reader by a block is left out of every list, and who is muted is not',
  async (t) => {
    const [alice, bob, carol, dave, reader] = await street().moveInMany('alice', 5)
    if (!alice || !bob || !carol || !dave || !reader) throw new Error('five people moved in')
    for (const one of [bob, carol, dave]) {
      await put(one, 'follow', alice)
      await put(alice, 'follow', one)
    }
    await put(reader, 'block', bob)
    await put(carol, 'block', reader)
    await put(reader, 'mute', dave)

    for (const list of ['followers', 'following']) {
      const seen = await readToEnd(reader, `/v1/people/${alice.username}/${list}`, 2)
      t.deepEqual(names(seen), [dave.username], list)
    }
    t.is((await readToEnd(alice, `/v1/people/${alice.username}/followers`, 2)).flat().length, 3)
  },
)

test.serial('my blocks and my mutes are mine alone, newest first, also of who blocks me', async (t) => {
  const alice = await street().moveIn('alice')
  const crowd = await street().moveInMany('bob', 3)
  for (const one of crowd) {
    await put(alice, 'block', one)
    await put(alice, 'mute', one)
  }
  await put(crowd[1]!, 'block', alice)
  const newestFirst = crowd.map(({ username }) => username).toReversed()

  t.deepEqual(names(await readToEnd(alice, '/v1/me/blocks', 2)), newestFirst)
  t.deepEqual(names(await readToEnd(alice, '/v1/me/mutes', 2)), newestFirst)
  t.deepEqual(names(await readToEnd(crowd[0]!, '/v1/me/blocks', 2)), [])
  t.deepEqual(names(await readToEnd(crowd[0]!, '/v1/me/mutes', 2)), [])
})

test.serial(
  'of who blocks me my lists say the name by which I let them go, and nothing they show of themselves',
  async (t) => {
    const alice = await street().moveIn('alice')
    const [bob, carol] = await street().moveInMany('bob', 2)
    if (!bob || !carol) throw new Error('two people moved in')
    for (const one of [bob, carol]) await one.ask('PATCH /v1/me', { displayName: 'As friends know me' })
    await put(bob, 'block', alice)
    for (const one of [bob, carol]) {
      await put(alice, 'block', one)
      await put(alice, 'mute', one)
    }

    for (const list of ['blocks', 'mutes']) {
      const { body } = await alice.ask(`GET /v1/me/${list}`)
      const shown = (body['items'] as { username: string; displayName: string; picture: unknown }[]).map(
        ({ username, displayName, picture }) => ({ username, displayName, picture }),
      )
      t.deepEqual(shown, [
        { username: carol.username, displayName: 'As friends know me', picture: null },
        { username: bob.username, displayName: bob.username, picture: null },
      ])
    }
  },
)

test.serial('a cursor of another make is refused', async (t) => {
  const alice = await street().moveIn('alice')

  for (const place of ['x', [1], [0, 1], ['a', 'b'], { since: 1 }, [253_402_300_800_000, 1]]) {
    const cursor = Buffer.from(JSON.stringify(place)).toString('base64url')
    const { status, body } = await alice.ask(`GET /v1/me/blocks?cursor=${cursor}`)
    t.is(status, 422)
    t.is((body['errors'] as { code: string }[])[0]?.code, 'bad_cursor')
  }
})

test.serial('how somebody stands to all others is asked by one query', async (t) => {
  const [alice, bob, carol] = await street().moveInMany('alice', 3)
  if (!alice || !bob || !carol) throw new Error('three people moved in')
  await put(alice, 'block', bob)
  await put(alice, 'mute', carol)
  const { people, world } = street()
  const queriesOf = async (ask: () => Promise<unknown>): Promise<number> => {
    let queries = 0
    const hear = (): void => void (queries += 1)
    world.sql.on('query', hear)
    await ask()
    world.sql.removeListener('query', hear)
    return queries
  }

  t.is(await queriesOf(() => people.relationsOf(alice.id)), 1)
  t.is(await queriesOf(() => people.followedBy(alice.id)), 1)
  t.is(await queriesOf(() => hidersOf(world.sql, bob.id, [alice.id, carol.id])), 1)
})

test.serial('a page of a list takes the same few queries whatever its size', async (t) => {
  const alice = await street().moveIn('alice')
  const crowd = await street().moveInMany('bob', 30)
  for (const one of crowd) await put(one, 'follow', alice)
  const count = async (limit: number): Promise<number> => {
    let queries = 0
    const hear = (): void => void (queries += 1)
    street().world.sql.on('query', hear)
    await alice.ask(`GET /v1/people/${alice.username}/followers?limit=${limit}`)
    street().world.sql.removeListener('query', hear)
    return queries
  }

  t.true((await count(30)) <= 4)
  t.is(await count(2), await count(29))
})
