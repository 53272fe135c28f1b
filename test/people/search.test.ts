import test from 'ava'
import { readToEnd, streetOf } from './street.ts'
import type { Resident } from './street.ts'

const street = streetOf(test)

const put = (who: Resident, what: string, other: Resident) => who.ask(`PUT /v1/people/${other.username}/${what}`)

async function find(who: Resident, typed: string): Promise<Record<string, unknown>[]> {
  const { status, body } = await who.ask(`GET /v1/people?q=${encodeURIComponent(typed)}`)
  if (status !== 200) throw new Error(JSON.stringify(body))
  return body['items'] as Record<string, unknown>[]
}
const usernames = (items: Record<string, unknown>[]): unknown[] => items.map((item) => item['username'])
const namesFound = async (who: Resident, typed: string): Promise<unknown[]> => usernames(await find(who, typed))

async function called(name: string, displayName: string): Promise<Resident> {
  const resident = await street().moveIn(name)
  await resident.ask('PATCH /v1/me', { displayName })
  return resident
}

test.serial(
  'people are found by the beginning of their username or of their name, and not by what follows',
  async (t) => {
    const alice = await street().moveIn('alice')
    const minji = await called('quilt', '민지 Sun')

    for (const typed of ['quil', 'QUILT', minji.username, '민', '민지 s', 'ㅁ']) {
      t.true((await namesFound(alice, typed)).includes(minji.username), typed)
    }
    for (const typed of ['uilt', '지', 'sun', '민지x', `${minji.username}x`, '%', '_uilt', '\\']) {
      t.false((await namesFound(alice, typed)).includes(minji.username), typed)
    }
    t.like(await find(alice, minji.username), [
      { id: String(minji.id), username: minji.username, displayName: '민지 Sun', picture: null, follows: false },
    ])
  },
)

test.serial('whoever composes a Korean name finds it at every key', async (t) => {
  const alice = await street().moveIn('alice')
  const hall = await called('hall', '마당쇠')
  await called('street', '마루')

  for (const typed of ['ㅁ', '마', '맏', '마다', '마당', '마당ㅅ', '마당쇠', '마당쇠'.normalize('NFD')]) {
    t.true((await namesFound(alice, typed)).includes(hall.username), typed)
  }
  t.deepEqual(await namesFound(alice, '마당'), [hall.username])
  t.deepEqual(await namesFound(alice, '맏'), [hall.username])
})

test.serial('whom I follow comes first, then usernames, then names, each person once', async (t) => {
  const alice = await street().moveIn('alice')
  const named = await called('zed', 'Winter')
  const both = await called('winter', 'Winter')
  const other = await called('winter', '겨울')
  const followed = await called('winter', 'Winter')
  const friend = await called('yan', 'winter moon')
  await put(alice, 'follow', followed)
  await put(alice, 'follow', friend)

  const found = await find(alice, 'Winter')

  t.deepEqual(
    usernames(found),
    [friend, followed, ...[both, other].toSorted(byUsername), named].map((one) => one.username),
  )
  t.deepEqual(
    found.map((one) => one['follows']),
    [true, true, false, false, false],
  )
  const pages = await readToEnd(alice, '/v1/people?q=winter', 1)
  t.deepEqual(usernames(pages.flat()), usernames(found))
  t.deepEqual(usernames((await readToEnd(alice, '/v1/people', 1)).flat()), [friend.username, followed.username])
})

const byUsername = (one: Resident, other: Resident): number => (one.username < other.username ? -1 : 1)

test.serial('whom a block keeps from me is not found, in either direction, and who is muted is', async (t) => {
  const alice = await street().moveIn('alice')
  const [blocked, blocking, muted] = await street().moveInMany('spring', 3)
  if (!blocked || !blocking || !muted) throw new Error('three people moved in')
  t.is((await find(alice, 'spring')).length, 3)

  await put(alice, 'block', blocked)
  await put(blocking, 'block', alice)
  await put(alice, 'mute', muted)

  t.deepEqual(await namesFound(alice, 'spring'), [muted.username])
  t.deepEqual(await namesFound(alice, blocking.username), [])
})

test.serial('a new name is found at once, and the old one no more', async (t) => {
  const alice = await street().moveIn('alice')
  const bob = await called('bob', '가을이')

  await bob.ask('PATCH /v1/me', { displayName: 'Autumn' })

  t.deepEqual(await namesFound(alice, '가을'), [])
  t.deepEqual(await namesFound(alice, 'autumn'), [bob.username])
})

test.serial('names that cannot be, and cursors of another make, are refused', async (t) => {
  const alice = await street().moveIn('alice')
  const longest = '가'.repeat(50)

  t.is((await alice.ask(`GET /v1/people?q=${encodeURIComponent(longest)}`)).status, 200)
  t.is((await alice.ask(`GET /v1/people?q=${encodeURIComponent(`${longest}가`)}`)).status, 422)
  for (const place of ['x', ['name'], ['name', 1, 1], ['username', '%'], ['followed', 0, 1], ['other', 'a', 1]]) {
    const cursor = Buffer.from(JSON.stringify(place)).toString('base64url')
    const { status, body } = await alice.ask(`GET /v1/people?q=a&cursor=${cursor}`)
    t.is(status, 422)
    t.is((body['errors'] as { code: string }[])[0]?.code, 'bad_cursor')
  }
})
