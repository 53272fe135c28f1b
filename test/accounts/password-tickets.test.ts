import test from 'ava'
import type { ExecutionContext } from 'ava'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { closeRedis, connectRedis } from '../../src/platform/redis.ts'
import type { Redis } from '../../src/platform/redis.ts'
import { eventually } from '../support/eventually.ts'
import { call, goodPassword, signIn, signUp } from './client.ts'
import type { Reply } from './client.ts'
import { doorOf, openDoor } from './door.ts'

/** The way back for somebody who has forgotten their password. */

const door = doorOf(test)
const newPassword = 'the pine stands by the old well'

const ticketFor = async (username: string, hours = 24): Promise<string> =>
  (await door().accounts.givePasswordTicket({ username, hours })).ticket
const use = (ticket: unknown, password = newPassword): Promise<Reply> =>
  call(door().origin, 'POST /v1/sessions/by-ticket', { body: { ticket, newPassword: password, tokens: 'body' } })
const enter = (username: string, password: string): Promise<Reply> =>
  call(door().origin, 'POST /v1/sessions', { body: { username, password, tokens: 'body' } })
function redisOf(t: ExecutionContext): Redis {
  const { REDIS_URL: url } = door().world.config
  const redis = connectRedis({ url, purpose: 'commands', name: 'test', onError: () => undefined })
  t.teardown(() => closeRedis(redis))
  return redis
}
const isIn = async (token: unknown): Promise<boolean> =>
  (await call(door().origin, 'GET /v1/me', { token })).status === 200

test.serial(
  'a ticket lets its owner choose another password, once, and ends all sessions on every server',
  async (t) => {
    const { origin, world } = door()
    const other = await openDoor(world)
    t.teardown(() => other.close())
    const alice = await signUp(origin)
    const again = await signIn(origin, alice.username)
    const bob = await signUp(origin, 'bob')
    const ticket = await ticketFor(alice.username.toUpperCase())

    const reply = await use(ticket)

    t.is(reply.status, 201, JSON.stringify(reply.body))
    t.like(reply.body['account'], { username: alice.username })
    t.true(await isIn(reply.body['accessToken']))
    t.deepEqual([await isIn(alice.access), await isIn(again.access), await isIn(bob.access)], [false, false, true])
    for (const where of [door(), other]) {
      const { sessions, reason } = await eventually(() =>
        where.ended.find((one) => one.sessions.includes(alice.session as never)),
      )
      t.is(reason, 'password_changed')
      t.true(sessions.includes(again.session as never))
    }
    t.is((await enter(alice.username, goodPassword)).status, 401)
    t.is((await enter(alice.username, newPassword)).status, 201)
    t.is((await use(ticket)).body['code'], 'bad_credentials')
  },
)

test.serial('until it is used nothing changes, and what is wrong with a password does not use it up', async (t) => {
  const { origin } = door()
  const alice = await signUp(origin)
  const ticket = await ticketFor(alice.username)

  t.is((await use(ticket, 'too short')).status, 422)

  t.true(await isIn(alice.access))
  t.is((await enter(alice.username, goodPassword)).status, 201)
  t.is((await use(ticket)).status, 201)
})

test.serial('of many who use one ticket at once one comes in', async (t) => {
  const alice = await signUp(door().origin)
  const ticket = await ticketFor(alice.username)
  const passwords = Array.from({ length: 5 }, (_, nth) => `${newPassword} ${nth}`)

  const replies = await Promise.all(passwords.map((password) => use(ticket, password)))

  t.deepEqual(replies.map(({ status }) => status).toSorted(), [201, 401, 401, 401, 401])
  const chosen = passwords[replies.findIndex(({ status }) => status === 201)] ?? ''
  t.is((await enter(alice.username, chosen)).status, 201)
})

test.serial('the next ticket takes the place of one, and so does another password', async (t) => {
  const { origin } = door()
  const [alice, bob] = [await signUp(origin), await signUp(origin, 'bob')]
  const first = await ticketFor(alice.username)
  const second = await ticketFor(alice.username)
  const ofBob = await ticketFor(bob.username)
  const body = { currentPassword: goodPassword, newPassword: 'what bob has remembered' }
  t.is((await call(origin, 'PUT /v1/me/password', { token: bob.access, body })).status, 204)

  t.is((await use(first)).status, 401)
  t.is((await use(second)).status, 201)
  t.is((await use(ofBob)).status, 401)
  t.true(await isIn(bob.access))
})

test.serial('a ticket that has run out, that is another’s, or that nobody gave opens nothing', async (t) => {
  const { origin } = door()
  const [alice, bob] = [await signUp(origin), await signUp(origin, 'bob')]
  const ticket = await ticketFor(alice.username)
  const [, secret = ''] = ticket.split('.')
  const redis = redisOf(t)
  const key = `ticket:password:${alice.username}`

  const wrong = [
    `${bob.username}.${secret}`,
    `${alice.username}.${'x'.repeat(43)}`,
    secret,
    '',
    '.',
    '*',
    ticket.slice(1),
  ]
  for (const one of wrong) t.is((await use(one)).body['code'], 'bad_credentials', one)
  t.is((await use(ticket.padEnd(101, 'x'))).status, 422)
  const seconds = await redis.ttl(key)
  t.true(seconds > 86_390 && seconds <= 86_400, `${seconds}`)
  await redis.pexpire(key, 1)
  await eventually(async () => (await redis.exists(key)) === 0)

  t.is((await use(ticket)).status, 401)
  t.true(await isIn(alice.access))
})

test.serial('what is stored of a ticket is not enough to use it', async (t) => {
  const alice = await signUp(door().origin)
  const ticket = await ticketFor(alice.username)
  const [, secret = ''] = ticket.split('.')
  const redis = redisOf(t)

  const stored = (await redis.get(`ticket:password:${alice.username}`)) ?? ''

  t.regex(stored, /"secret":"[\w-]{43}"/)
  t.false(stored.includes(secret))
  for (const [text = ''] of stored.matchAll(/[\w-]{43}/g)) t.is((await use(`${alice.username}.${text}`)).status, 401)
})

test.serial('an address tries so many tickets in a minute and not one more', async (t) => {
  const strict = await openDoor(door().world, { SIGN_IN_PER_MINUTE: 3 })
  t.teardown(() => strict.close())
  const tries = async (address: string): Promise<number> => {
    const body = { ticket: `nobody_here.${'x'.repeat(43)}`, newPassword }
    const headers = { 'x-forwarded-for': address }
    return (await call(strict.origin, 'POST /v1/sessions/by-ticket', { body, headers })).status
  }

  const statuses = [await tries('10.9.0.1'), await tries('10.9.0.1'), await tries('10.9.0.1'), await tries('10.9.0.1')]

  t.deepEqual(statuses, [401, 401, 401, 429])
  t.is(await tries('10.9.0.2'), 401)
})

test.serial('the command prints a link, good as long as is said; that and its use are on record', async (t) => {
  const { world, origin } = door()
  const alice = await signUp(origin)
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, ['src/commands/new-password.ts', ...args], {
      env: { ...process.env, ...world.env, PUBLIC_ORIGIN: 'https://madang.example' },
    })
  const before = Date.now()

  const { stdout } = await run(alice.username.toUpperCase(), '--hours', '2')

  const [, ticket] = /\n {2}https:\/\/madang\.example\/new-password#(\S+)\n/.exec(stdout) ?? []
  const [until = ''] = /20\d\d-\S+Z/.exec(stdout) ?? []
  t.true(Math.abs(Date.parse(until) - before - 7_200_000) < 60_000, stdout)
  const reply = await use(ticket)
  t.is(reply.status, 201, stdout)
  const { id } = (await door().accounts.findByUsername(alice.username))!
  const acts = await world.sql('audit_log').where({ account_id: id }).orderBy('id')
  t.like(acts[0], { action: 'password.ticket_given', actor_id: null, via: 'command', facts: '{"hours":2}' })
  t.like(acts[1], { action: 'password.ticket_used', actor_id: id, via: 'api' })
  t.is(acts[1].request_id, reply.headers.get('x-request-id'))
  t.is(acts.length, 2)
  await t.throwsAsync(run('nobody_here'), { message: /Nobody has this username/ })
  for (const wrong of [[], ['alice', 'bob'], ['alice', '--hours', '0'], ['alice', '--hours', '169'], ['--days', '1']]) {
    await t.throwsAsync(run(...wrong), { message: /npm run new-password -- USERNAME/ }, wrong.join(' '))
  }
})

test.serial('the longest time a ticket may be good is a week', async (t) => {
  const { world, origin } = door()
  const alice = await signUp(origin)

  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['src/commands/new-password.ts', alice.username, '--hours', '168'],
    { env: { ...process.env, ...world.env } },
  )

  const [until = ''] = /20\d\d-\S+Z/.exec(stdout) ?? []
  t.true(Math.abs(Date.parse(until) - Date.now() - 7 * 86_400_000) < 60_000, stdout)
})

test.serial('a ticket that could not be put on record is none', async (t) => {
  const { world, accounts } = door()
  const alice = await signUp(door().origin)
  const no = "FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'"
  await world.sql.raw(`CREATE TRIGGER refuse BEFORE INSERT ON audit_log ${no}`)
  t.teardown(() => world.sql.raw('DROP TRIGGER IF EXISTS refuse'))

  await t.throwsAsync(accounts.givePasswordTicket({ username: alice.username, hours: 1 }), { message: / - no$|^no$/ })

  const redis = redisOf(t)
  t.is(await redis.exists(`ticket:password:${alice.username}`), 0)
})
