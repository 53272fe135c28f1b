import test from 'ava'
import { Profiles } from '../../src/accounts/profiles.ts'
import type { AccountId } from '../../src/platform/ids.ts'
import { goodPassword, signUp } from './client.ts'
import { doorOf } from './door.ts'

const door = doorOf(test)

test.serial('the profiles of many come by one query, and none for those that are at hand', async (t) => {
  const { accounts, world } = door()
  const ids: AccountId[] = []
  for (const username of ['pat_1', 'pat_2', 'pat_3']) {
    ids.push(await accounts.create({ username, password: goodPassword, role: 'member', displayName: username }))
  }
  let queries = 0
  world.sql.on('query', () => (queries += 1))

  const first = await accounts.profiles([...ids, ...ids, 999_999 as AccountId])
  const second = await accounts.profiles(ids)

  t.is(queries, 1)
  t.deepEqual([...first.values()].map((profile) => profile.username).toSorted(), ['pat_1', 'pat_2', 'pat_3'])
  t.deepEqual(second, first)
  t.is((await accounts.profiles([])).size, 0)
})

test.serial('what was asked before a change is not kept when it is answered after it', async (t) => {
  const { accounts, world } = door()
  const id = await accounts.create({ username: 'pat_4', password: goodPassword, role: 'member' })
  const profiles = new Profiles({ sql: world.sql, pictureUrls: undefined })

  const asked = profiles.of([id])
  profiles.forget(id)
  const before = (await asked).get(id)?.displayName
  await world.sql('accounts').where({ id }).update({ display_name: '새 이름' })

  t.is(before, 'pat_4')
  t.is((await profiles.of([id])).get(id)?.displayName, '새 이름')
})

test('a person is found by name in any case', async (t) => {
  const { accounts, origin } = door()
  const alice = await signUp(origin)

  t.is((await accounts.findByUsername(alice.username.toUpperCase()))?.username, alice.username)
  t.is(await accounts.findByUsername('nobody_here'), undefined)
})

test('a made account keeps the rules of the door', async (t) => {
  const { accounts } = door()
  const make = (username: string, password: string) => accounts.create({ username, password, role: 'mentor' })

  await t.throwsAsync(make('x', goodPassword))
  await t.throwsAsync(make('short_password', 'x'))
  await make('made_once', goodPassword)
  await t.throwsAsync(make('Made_Once', goodPassword), { message: /taken/ })
})
