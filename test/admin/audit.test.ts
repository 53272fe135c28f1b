import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import test from 'ava'
import { createAccounts } from '../../src/accounts/index.ts'
import { actsBefore, onRecordOf, sweepAudit } from '../../src/audit/index.ts'
import type { Action } from '../../src/audit/index.ts'
import type { AccountId, RoomId } from '../../src/platform/ids.ts'
import { Neighbour, openHouse } from '../chat/house.ts'
import type { House } from '../chat/house.ts'
import { connectTo } from '../support/connections.ts'
import { explain } from '../support/explain.ts'
import { sharedBy } from '../support/shared.ts'
import { worldOf } from '../support/world.ts'

type Json = Record<string, unknown>

const world = worldOf(test)
let house: House
let ada: Neighbour
let alice: Neighbour
let bob: Neighbour
test.serial.before('people move in', async () => {
  house = await openHouse(world(), { ADMIN_EXPORTS_PER_MINUTE: 1000 })
  ada = await Neighbour.moveIn(world(), house, 'ada', 'admin')
  alice = await Neighbour.moveIn(world(), house, 'alice', 'mentor')
  bob = await Neighbour.moveIn(world(), house, 'bob')
})

const itemsOf = (body: Json): Json[] => body['items'] as Json[]
const nameIn = (person: unknown): unknown => (person as { username: string } | null)?.username

/** What is on record, in short, the newest first. */
async function acts(query = '', reader = ada): Promise<Json[]> {
  const { status, body } = await reader.ask(house, `GET /v1/admin/audit?limit=100${query}`)
  if (status !== 200) throw new Error(JSON.stringify(body))
  return itemsOf(body)
}

const inShort = ({ action, by, person, room, subject, facts }: Json): Json => ({
  ...{ action, by: nameIn(by), person: nameIn(person), subject, facts },
  room: (room as { id: string } | null)?.id ?? null,
})

test.serial(
  'what is done by the power of a role is on record: who, to whom, where, and by which request',
  async (t) => {
    const room = await alice.opens(house)
    await bob.joins(house, room)
    const person = `/v1/rooms/${room}`
    const { body: post } = await bob.ask(house, 'POST /v1/posts', { text: '안녕하세요' })
    const { body: comment } = await bob.ask(house, `POST /v1/posts/${String(post['id'])}/comments`, { text: '저예요' })
    const steps: [Neighbour, string, unknown?][] = [
      [alice, `DELETE ${person}/members/${bob.username}`],
      [alice, `PUT ${person}/bans/${bob.username}`],
      [alice, `PUT ${person}/bans/${bob.username}`],
      [ada, `DELETE ${person}/bans/${bob.username}`],
      [ada, `PATCH ${person}`, { topic: '이야기', slowModeSeconds: 5 }],
      [ada, `DELETE /v1/comments/${String(comment['id'])}`],
      [ada, `DELETE /v1/posts/${String(post['id'])}`],
      [ada, `POST ${person}/close`],
      [ada, `POST ${person}/close`],
      [ada, `PUT /v1/admin/people/${bob.username}/role`, { role: 'mentor' }],
      [ada, `PUT /v1/admin/people/${bob.username}/role`, { role: 'mentor' }],
    ]
    const requests: string[] = []
    for (const [who, line, body] of steps) {
      const reply = await who.ask(house, line, body)
      t.true(reply.status < 300, `${line}: ${JSON.stringify(reply.body)}`)
      requests.push(String(reply.headers.get('x-request-id')))
    }

    const all = await acts()
    const about = { room, person: bob.username, subject: null, facts: {} }
    t.deepEqual(all.map(inShort).toReversed(), [
      { ...about, action: 'member.kicked', by: alice.username },
      { ...about, action: 'member.banned', by: alice.username },
      { ...about, action: 'member.unbanned', by: ada.username },
      {
        ...{ action: 'room.changed', by: ada.username, room, person: undefined, subject: null },
        facts: { settings: 'topic,slowModeSeconds' },
      },
      {
        ...{
          ...about,
          action: 'comment.deleted',
          by: ada.username,
          room: null,
          subject: `comment:${String(comment['id'])}`,
        },
        facts: { post: String(post['id']) },
      },
      { ...about, action: 'post.deleted', by: ada.username, room: null, subject: `post:${String(post['id'])}` },
      { action: 'room.closed', by: ada.username, room, person: undefined, subject: null, facts: {} },
      { ...about, action: 'role.granted', by: ada.username, room: null, facts: { from: 'member', to: 'mentor' } },
    ])
    // Repeats that changed nothing are no acts.
    t.deepEqual(
      all.map((act) => act['requestId']).toReversed(),
      [0, 1, 3, 4, 5, 6, 7, 9].map((step) => requests[step]),
    )
    t.true(all.every(({ via }) => via === 'api'))
  },
)

test.serial('what people do with their own is nobody’s business', async (t) => {
  const before = (await acts()).length
  const room = await alice.opens(house)
  const { body: post } = await bob.ask(house, 'POST /v1/posts', { text: '안녕하세요' })
  const { body: comment } = await alice.ask(house, `POST /v1/posts/${String(post['id'])}/comments`, {
    text: '반가워요',
  })
  for (const [who, line, body] of [
    [alice, `PATCH /v1/rooms/${room}`, { topic: '이야기' }],
    [alice, `POST /v1/rooms/${room}/close`],
    [bob, `DELETE /v1/comments/${String(comment['id'])}`],
    [bob, `DELETE /v1/posts/${String(post['id'])}`],
  ] as [Neighbour, string, unknown?][]) {
    t.true((await who.ask(house, line, body)).status < 300, line)
  }

  t.is((await acts()).length, before)
})

/** As a command has it: what fails is thrown. */
const accounts = sharedBy(test, 'accounts without a server', async () => {
  const { config, log, sql } = world()
  const connections = connectTo({ url: config.REDIS_URL, log })
  world().atEnd(() => connections.close())
  return createAccounts({ sql, ...connections, config, log })
})

test.serial('what is rolled back was never done, and is not on record', async (t) => {
  const before = (await acts()).length
  const carol = await Neighbour.moveIn(world(), house, 'carol')
  const grant = { username: carol.username, role: 'mentor', by: undefined, via: 'command' } as const
  const no = "FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'"

  for (const table of ['role_grants', 'audit_log']) {
    await world().sql.raw(`CREATE TRIGGER refuse BEFORE INSERT ON ${table} ${no}`)
    await t.throwsAsync(accounts().grantRole(grant), { message: / - no$|^no$/ }, table)
    await world().sql.raw('DROP TRIGGER refuse')

    t.is((await acts()).length, before)
    t.is((await carol.ask(house, 'GET /v1/me')).body['role'], 'member')
  }
})

test.serial('the command line is on record as nobody with an account', async (t) => {
  const dora = await Neighbour.moveIn(world(), house, 'dora')

  await accounts().grantRole({ username: dora.username, role: 'mentor', by: undefined, via: 'command' })

  const [act] = await acts(`&person=${dora.username}`)
  t.like(act, { action: 'role.granted', by: null, via: 'command', requestId: null })
})

test.serial('it is narrowed down by who, whom, where, what and when; a name that nobody has is said', async (t) => {
  const of = async (query: string): Promise<unknown[]> => (await acts(query)).map(({ action }) => action)

  t.deepEqual(await of(`&actor=${alice.username}`), ['member.banned', 'member.kicked'])
  t.deepEqual(await of(`&person=${bob.username.toUpperCase()}&action=role.granted`), ['role.granted'])
  const [banned] = await acts('&action=member.banned')
  const { id: room } = banned!['room'] as { id: string }
  t.deepEqual(await of(`&room=${room}&actor=${ada.username}`), ['room.closed', 'room.changed', 'member.unbanned'])
  const at = encodeURIComponent(String(banned?.['at']))
  const since = await acts(`&room=${room}&since=${at}`)
  const until = await acts(`&room=${room}&until=${at}`)
  t.true(
    since.some(({ id }) => id === banned?.['id']),
    'from that moment on',
  )
  t.false(
    until.some(({ id }) => id === banned?.['id']),
    'before that moment',
  )
  t.is(since.length + until.length, (await acts(`&room=${room}`)).length)

  const answer = async (query: string) => (await ada.ask(house, `GET /v1/admin/audit?${query}`)).status
  t.is(await answer('actor=nobody_is_here'), 404)
  for (const query of ['action=everything', 'room=x', 'since=yesterday', 'limit=101', 'actor=%20', 'cursor=WzEsMCwwXQ'])
    t.is(await answer(query), 422, query)
})

test.serial('pages go on at the same millisecond, and nothing is told twice or left out', async (t) => {
  const record = onRecordOf({ account: ada.account as AccountId, via: 'api', requestId: 'request-0001' })
  const room = 77_000_001 as RoomId
  await world().sql.transaction(async (trx) => {
    for (let nth = 0; nth < 7; nth += 1) await record(trx, { action: 'member.kicked', room, facts: { nth } })
  })
  await world()
    .sql('audit_log')
    .where({ room_id: room })
    .update({ at: new Date(1_700_000_000_123) })

  const seen: unknown[] = []
  for (let cursor: string | undefined = ''; cursor !== undefined;) {
    const page: Json = (await ada.ask(house, `GET /v1/admin/audit?limit=2&room=${room}${cursor}`)).body
    t.true(itemsOf(page).length <= 2)
    seen.push(...itemsOf(page).map(({ facts }) => (facts as { nth: number }).nth))
    const { next } = page['page'] as { next?: string }
    cursor = next === undefined ? undefined : `&cursor=${next}`
  }

  t.deepEqual(seen, [6, 5, 4, 3, 2, 1, 0])
})

test.serial('all of it can be saved, an act a line, however many there are', async (t) => {
  const record = onRecordOf({ account: ada.account as AccountId, via: 'api' })
  const room = 77_000_002 as RoomId
  await world().sql.transaction(async (trx) => {
    for (let nth = 0; nth < 1003; nth += 1) await record(trx, { action: 'room.changed', room, facts: { nth } })
  })

  const answer = await fetch(`${house.origin}/v1/admin/audit/export?room=${room}`, {
    headers: { authorization: `Bearer ${ada.token}` },
  })
  const lines = (await answer.text()).trim().split('\n')

  t.is(answer.headers.get('content-type'), 'application/x-ndjson')
  t.regex(answer.headers.get('content-disposition') ?? '', /^attachment; filename="audit\.ndjson"$/)
  const saved = lines.map((line) => JSON.parse(line) as { facts: { nth: number }; by: { username: string } })
  t.deepEqual(
    saved.map(({ facts }) => facts.nth),
    Array.from({ length: 1003 }, (_, nth) => 1002 - nth),
  )
  t.is(saved[0]?.by.username, ada.username)
})

test.serial('an admin exports so often in a minute and not once more', async (t) => {
  const strict = await openHouse(world(), { ADMIN_EXPORTS_PER_MINUTE: 2 })
  const admin = await Neighbour.moveIn(world(), strict, 'admin', 'admin')
  const save = async (): Promise<number> => {
    const answer = await fetch(`${strict.origin}/v1/admin/audit/export?room=1`, {
      headers: { authorization: `Bearer ${admin.token}` },
    })
    await answer.text()
    return answer.status
  }

  t.deepEqual([await save(), await save(), await save()], [200, 200, 429])
})

test.serial('only admins read it', async (t) => {
  for (const line of ['GET /v1/admin/audit', 'GET /v1/admin/audit/export']) {
    t.is((await alice.ask(house, line)).status, 403)
  }
})

test.serial('what is older than it is kept goes, and nothing else', async (t) => {
  const sql = world().sql
  const record = onRecordOf({ account: undefined, via: 'command' })
  const [old, young] = [88_000_001, 88_000_002] as RoomId[]
  for (const room of [old, young]) await record(sql, { action: 'room.closed', room })
  const aged = (days: string, room: RoomId) =>
    sql('audit_log')
      .where({ room_id: room })
      .update({ at: sql.raw(`NOW(3) - INTERVAL ${days}`) })
  await aged('29 DAY', young!)
  await aged("'30 0:1' DAY_MINUTE", old!)
  const older = await sql('audit_log')
    .where('at', '<', sql.raw('NOW(3) - INTERVAL 30 DAY'))
    .count({ rows: '*' })
    .first()

  t.is(await sweepAudit({ sql, keepDays: 30 }), Number(older?.['rows']))
  t.is(await sweepAudit({ sql, keepDays: 30 }), 0)

  const left = await sql('audit_log').whereIn('room_id', [old!, young!]).select('room_id')
  t.deepEqual(left, [{ room_id: young }])
  t.true((await acts()).length > 1)
})

test.serial('every way to narrow it down has its index, and none sorts', async (t) => {
  const sql = world().sql
  const rows = Array.from({ length: 4000 }, (_, nth) => ({
    ...{ action: nth % 2 === 0 ? 'room.closed' : 'member.banned', via: 'api', facts: '{}' },
    ...{ actor_id: nth % 40, account_id: nth % 50, room_id: nth % 60, at: new Date(Date.now() - nth * 60_000) },
  }))
  for (let from = 0; from < rows.length; from += 1000) await sql('audit_log').insert(rows.slice(from, from + 1000))
  await sql.raw('ANALYZE TABLE audit_log')
  const heard: { sql: string; bindings: number[] }[] = []
  const hear = (query: { sql: string; bindings: number[] }): void => void heard.push(query)
  sql.on('query', hear)
  const before = { at: new Date(), id: 1_000_000 }
  const since = new Date(Date.now() - 86_400_000)
  const wanted = [{}, { actor: 7 }, { account: 7 }, { room: 7 }, { action: 'room.closed' as Action }, { since }]
  for (const one of wanted) {
    for (const place of [undefined, before]) {
      await actsBefore(sql, one as Parameters<typeof actsBefore>[1], { before: place, limit: 20 })
    }
  }
  sql.removeListener('query', hear)

  t.is(heard.length, 12)
  for (const { sql: text, bindings } of heard) {
    const [step] = await explain(sql, text, bindings)
    t.regex(step?.key ?? '', /^audit_log_/, text)
    t.notRegex(step?.extra ?? 'filesort', /filesort/, text)
  }
})

test('only two statements of the program touch the record: one adds to it, one lets the oldest go', (t) => {
  const root = path.join(import.meta.dirname, '../..')
  const written = globSync(['src/**/*.ts', 'workers/**/*.ts'], { cwd: root })
    .filter((file) => !file.startsWith('src/migrations/'))
    .flatMap((file) => {
      const text = readFileSync(path.join(root, file), 'utf8')
      return [
        ...text.matchAll(/(INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO|TRUNCATE\b.*) audit_log\b|\('audit_log'\)/g),
      ]
    })

  t.deepEqual(
    written.map(([, verb]) => verb),
    ['INSERT INTO', 'DELETE FROM'],
  )
})
