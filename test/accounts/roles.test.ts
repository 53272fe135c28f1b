import test from 'ava'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Role } from '../../src/platform/http/viewer.ts'
import { eventually } from '../support/eventually.ts'
import { call, goodPassword, signIn, signUp } from './client.ts'
import { doorOf, openDoor } from './door.ts'

const door = doorOf(test)

let admins = 0
async function signUpAs(role: Role) {
  const { accounts, origin } = door()
  admins += 1
  const username = `${role}_x${admins}`
  const id = await accounts.create({ username, password: goodPassword, role })
  return { ...(await signIn(origin, username)), id }
}

const setRole = (token: string, username: string, role: unknown) =>
  call(door().origin, `PUT /v1/admin/people/${username}/role`, { token, body: { role } })
const roleOf = async (token: string) => (await call(door().origin, 'GET /v1/me', { token })).body['role']

test.serial(
  'an admin gives a role; it holds at once, is on record, and open sockets hear of it everywhere',
  async (t) => {
    const { origin, world } = door()
    const other = await openDoor(world)
    t.teardown(() => other.close())
    const admin = await signUpAs('admin')
    const alice = await signUp(origin)

    const reply = await setRole(admin.access, alice.username.toUpperCase(), 'mentor')

    t.is(reply.status, 200)
    t.deepEqual(reply.body, { username: alice.username, role: 'mentor' })
    t.is(await roleOf(alice.access), 'mentor')
    const account = (await door().accounts.findByUsername(alice.username))!.id
    const grants = await world.sql('role_grants').where({ account_id: account })
    t.is(grants.length, 1)
    t.like(grants[0], { granted_by: admin.id, from_role: 'member', to_role: 'mentor', via: 'admin' })
    for (const where of [door(), other]) {
      t.is((await eventually(() => where.roles.find((change) => change.account === account))).role, 'mentor')
    }
  },
)

test.serial('a role taken away is gone with the next request', async (t) => {
  const admin = await signUpAs('admin')
  const second = await signUpAs('admin')
  t.is((await setRole(second.access, second.username, 'admin')).status, 200)

  await setRole(admin.access, second.username, 'member')

  t.is((await setRole(second.access, admin.username, 'member')).status, 403)
  t.is(await roleOf(second.access), 'member')
})

test.serial('only an admin gives roles, and only roles that there are, to people that there are', async (t) => {
  const { origin } = door()
  const admin = await signUpAs('admin')
  const mentor = await signUpAs('mentor')
  const member = await signUp(origin)

  t.is((await setRole(member.access, member.username, 'admin')).status, 403)
  t.is((await setRole(mentor.access, mentor.username, 'admin')).status, 403)
  t.is((await call(origin, `PUT /v1/admin/people/${member.username}/role`, { body: { role: 'admin' } })).status, 401)
  for (const role of ['ADMIN', 'owner', '', 1, null])
    t.is((await setRole(admin.access, member.username, role)).status, 422)
  t.is((await setRole(admin.access, 'nobody_here', 'mentor')).status, 404)
  t.is(await roleOf(member.access), 'member')
})

test.serial('a role that somebody has already is no change and no record', async (t) => {
  const { world } = door()
  const admin = await signUpAs('admin')
  const before = await world.sql('role_grants').where({ account_id: admin.id }).count({ n: '*' }).first()

  t.is((await setRole(admin.access, admin.username, 'admin')).status, 200)

  const after = await world.sql('role_grants').where({ account_id: admin.id }).count({ n: '*' }).first()
  t.deepEqual(after, before)
})

test.serial('the last admin stays, even when all are dismissed at once', async (t) => {
  const { world, accounts } = door()
  await world.sql('accounts').where({ role: 'admin' }).update({ role: 'member' })
  const people = [await signUpAs('admin'), await signUpAs('admin'), await signUpAs('admin'), await signUpAs('admin')]

  const outcomes = await Promise.allSettled(
    people.map(({ username }) => accounts.grantRole({ username, role: 'member', by: undefined, via: 'command' })),
  )

  const left = await world.sql('accounts').where({ role: 'admin' }).select('username')
  t.is(left.length, 1)
  t.is(outcomes.filter((outcome) => outcome.status === 'fulfilled').length, 3)
  const last = people.find(({ username }) => username === left[0].username)!
  const refused = await setRole(last.access, last.username, 'mentor')
  t.is(refused.status, 409)
  t.like(refused.body, { code: 'conflict' })
})

test.serial('the command makes the first admin, on record, and says what it did not do', async (t) => {
  const { world, origin } = door()
  await world.sql('accounts').where({ role: 'admin' }).update({ role: 'member' })
  const alice = await signUp(origin)
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, ['src/commands/grant.ts', ...args], { env: { ...process.env, ...world.env } })

  const { stdout } = await run(alice.username.toUpperCase(), 'admin')

  t.regex(stdout, /admin now/)
  t.is(await roleOf(alice.access), 'admin')
  const account = (await door().accounts.findByUsername(alice.username))!.id
  const grants = await world.sql('role_grants').where({ account_id: account })
  t.like(grants[0], { granted_by: null, from_role: 'member', to_role: 'admin', via: 'command' })
  await t.throwsAsync(run('nobody_here', 'admin'), { message: /Nobody has this username/ })
  await t.throwsAsync(run(alice.username, 'owner'), { message: /npm run grant/ })
  await t.throwsAsync(run(alice.username, 'member'), { message: /last admin/ })
})

test.serial('an admin sees who has which role, and how each came to it; nobody else does', async (t) => {
  const { origin } = door()
  const admin = await signUpAs('admin')
  const alice = await signUp(origin)
  await setRole(admin.access, alice.username, 'mentor')
  await setRole(admin.access, alice.username, 'admin')
  const ask = (line: string, token = admin.access) => call(origin, line, { token })

  const mentors = await ask('GET /v1/admin/people?role=mentor')
  const everyone = await ask('GET /v1/admin/people?limit=1')
  const one = await ask(`GET /v1/admin/people/${alice.username.toUpperCase()}`)

  t.false((mentors.body['items'] as { username: string }[]).some(({ username }) => username === alice.username))
  t.like((everyone.body['items'] as unknown[])[0], { username: alice.username, role: 'admin' })
  t.like(one.body, { username: alice.username, role: 'admin' })
  const grants = one.body['grants'] as Record<string, unknown>[]
  t.deepEqual(
    grants.map(({ from, to, via, by }) => ({ from, to, via, by: (by as { username: string }).username })),
    [
      { from: 'mentor', to: 'admin', via: 'admin', by: admin.username },
      { from: 'member', to: 'mentor', via: 'admin', by: admin.username },
    ],
  )
  t.is((await ask('GET /v1/admin/people/nobody_at_all')).status, 404)
  const bob = await signUp(origin)
  t.is((await ask('GET /v1/admin/people', bob.access)).status, 403)
  t.is((await ask(`GET /v1/admin/people/${alice.username}`, bob.access)).status, 403)
})
