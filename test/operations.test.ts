import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import test from 'ava'
import { describeSettings } from '../src/config.ts'
import { driveClosing } from '../src/ledger/sealing.ts'
import type { RoomId } from '../src/platform/ids.ts'
import { selectRows } from '../src/platform/mysql.ts'
import { Neighbour, openHouse } from './chat/house.ts'
import { connectFor } from './support/connections.ts'
import { eventually } from './support/eventually.ts'
import { alice, createSite, line as said } from './support/ledger.ts'
import { worldOf } from './support/world.ts'

/** The operations guide names log lines, settings, states and statements: each is as the program has it. */

const root = path.join(import.meta.dirname, '..')
const guide = readFileSync(path.join(root, 'docs/operations.md'), 'utf8')
const code = globSync(['src/**/*.ts', 'workers/**/*.ts'], { cwd: root })
  .map((file) => readFileSync(path.join(root, file), 'utf8'))
  .join('\n')

const settings = new Set(describeSettings().map(({ name }) => name))
const world = worldOf(test)

const quoted = (text: string): string[] => [...text.matchAll(/`([^`\n]+)`/g)].map(([, words = '']) => words)
const section = (title: string): string => guide.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? ''

test('every line of level 50 is explained, and no other', (t) => {
  const logged = [...code.matchAll(/(?:log|Log)\.(?:error|fatal)\(\s*(?:\{[^}]*\}|\w+),\s*'([^']+)'/g)].map(
    ([, message = '']) => message,
  )
  const explained = section('Every line of level 50')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => quoted(line.split(' | ')[0] ?? ''))

  t.true(logged.length >= 10, String(logged.length))
  t.is(logged.length, [...code.matchAll(/(?:log|Log)\.(?:error|fatal)\(/g)].length, 'each is found')
  t.deepEqual([...new Set(logged)].toSorted(), explained.toSorted())
})

/** Words of other programs, which cannot be looked up in ours. */
const wordsOfOthers = new Set([
  'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
  "Can't recover from AOF write error when the AOF fsync policy is 'always'. Exiting...",
  'connect() to unix:… failed (2: No such file or directory)',
  'worker_connections are not enough',
  ...['OOMKilled', 'unhealthy', 'MISCONF', 'ENOSPC', 'connect ETIMEDOUT', 'Command timed out', 'max_allowed_packet'],
  // Of Nginx, its entry point and its image.
  ...['deploy/compose/tls.yml', 'cannot load certificate', 'HUP', 'Nginx cannot be set up:', '[emerg]', 'limiting'],
])

const alerts = readFileSync(path.join(root, 'deploy/monitoring/alerts.yml'), 'utf8')

/** Whether it is a text of the program, a key of one of its records, a field of a line, a table, or an alert. */
const isOurs = (words: string): boolean =>
  code.includes(`'${words}'`) ||
  new RegExp(`(?:^|[{,]) *${words}: `, 'm').test(code) ||
  (words.endsWith(': true') && code.includes(`${words.slice(0, -6)} }`)) ||
  code.includes(`CREATE TABLE ${words} (`) ||
  alerts.includes(`- alert: ${words}\n`)

const notSaid = (table: string): string[] =>
  table
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .flatMap((line) => quoted(line.split(' | ')[2] ?? ''))
    .filter((words) => !wordsOfOthers.has(words) && !isOurs(words))

test('what the operator sees is what the program says', (t) => {
  const table = section('What can break')

  t.true(table.split('\n').filter((line) => line.startsWith('| ')).length >= 36)
  t.deepEqual(notSaid(table), [])
})

test('words that the program does not say are seen, short ones too', (t) => {
  t.deepEqual(notSaid('| a | b | `job failed`, `/readyz`, `new epoch` with cause `absent` | c |'), [])
  for (const words of ['job failled', 'unwell', '/readyy', 'isUnder: true', 'no_table']) {
    t.deepEqual(notSaid(`| a | b | \`${words}\` | c |`), [words])
  }
})

/** Those of Nginx stand in its own script, or in what `npm run nginx` reads, and so do those of the backup of each night. */
const inScripts = ['nginx/settings.envsh', 'tools/nginx-config.ts', 'deploy/kubernetes/components/backup/nightly.sh']
  .map((file) => readFileSync(path.join(root, file), 'utf8'))
  .join('\n')

test('the settings that it names are there', (t) => {
  const named = quoted(guide).flatMap((words) => /^([A-Z]+(?:_[A-Z]+)+)(?:=\w+)?$/.exec(words)?.[1] ?? [])

  t.true(named.length >= 8)
  t.deepEqual(
    named.filter((name) => !settings.has(name) && !inScripts.includes(name)),
    [],
  )
})

test('the runbook names the states of a closing', async (t) => {
  const [row] = await selectRows<{ type: string }>(
    world().sql,
    "SELECT COLUMN_TYPE AS type FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'end_room' AND COLUMN_NAME = 'state'",
  )
  const states = [...(row?.type ?? '').matchAll(/'(\w+)'/g)].map(([, state = '']) => state)
  const explained = section('The runbook of end_room')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => quoted(line.split(' | ')[0] ?? ''))

  t.deepEqual(explained, states)
})

test('its statements can be typed as they stand', async (t) => {
  const statements = [...guide.matchAll(/^```sql\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text)

  t.true(statements.length >= 2)
  for (const statement of statements) await t.notThrowsAsync(async () => await world().sql.raw(statement))
})

const watch = section('What to watch')
const asked = watch
  .split('\n')
  .filter((line) => line.startsWith('| ') && line.includes(': `'))
  .map((line) => {
    const [, state = '', kind = '', ask = '', alarm = ''] =
      /^\| (.*?) \| (MySQL|Redis of the queues|Redis|HTTP): `([^`]+)`.*? \| (.*) \|$/.exec(line) ?? []
    return { state, kind, ask, alarm }
  })

/** The answer to a question of the table, by the beginning of what it asks. */
function question(kind: string, state: string): string {
  const found = asked.find((one) => one.kind === kind && one.state.startsWith(state))
  if (found === undefined) throw new Error(`the table does not ask for ${state}`)
  return found.ask
}

const rowsOf = (state: string): Promise<Record<string, unknown>[]> => selectRows(world().sql, question('MySQL', state))

test('every state that is worth an alarm has a question, and a number or a word that makes it one', (t) => {
  t.true(asked.length >= 15)
  for (const { state, ask, alarm } of asked)
    t.true(
      [state, ask, alarm].every((text) => text !== ''),
      state,
    )
})

test.serial('what waits shows in the answers: a closing, a job, what is buffered, an event', async (t) => {
  const site = await createSite(world())
  const room = 900_001 as RoomId
  site.rooms.put(room, [alice])
  await site.ledger.create(world().sql, room)
  await Promise.all(['one', 'two', 'three'].map((text) => site.ledger.append(room, said(text))))
  const [, script = ''] = /^```redis\nEVAL "([\s\S]*?)" 0\n```$/m.exec(watch) ?? []
  const buffered = (): Promise<unknown> => site.redis.eval(script, 0)

  const [rooms, entries, seconds] = (await buffered()) as number[]
  t.deepEqual([rooms, entries], [1, 3])
  t.true(seconds !== undefined && seconds >= 0 && seconds < 600, String(seconds))

  await site.ledger.close(room, { by: alice, requestId: undefined })
  const [closing] = await rowsOf('the oldest closing')
  t.like(closing, { room_id: room, state: 'fenced' })
  t.true(Number(closing?.['seconds']) >= 0 && Number(closing?.['seconds']) < 600)
  t.is(
    await eventually(async () => await site.redis.llen(question('Redis of the queues', 'jobs that wait').slice(5))),
    1,
  )

  await world().sql('events').insert({ topic: 'rooms', type: 'room.opened', data: '{}' })
  t.like((await rowsOf('the lag'))[0], { events: 1 })

  await driveClosing(site.work, room)
  t.deepEqual(await rowsOf('the oldest closing'), [])
  t.deepEqual(await buffered(), [0, 0, 0])
})

test.serial('its questions are answered by MySQL, Redis and a server as they stand', async (t) => {
  const house = await openHouse(world())
  const admin = await Neighbour.moveIn(world(), house, 'admin', 'admin')
  const redis = connectFor('commands', world().config.REDIS_URL)
  t.teardown(() => redis.disconnect())
  for (const { kind, ask } of asked) {
    if (kind === 'MySQL') await t.notThrowsAsync(async () => await world().sql.raw(ask), ask)
    else if (kind === 'HTTP') {
      const headers = { authorization: `Bearer ${admin.token}` }
      const { status } = await fetch(`${house.origin}${ask.replace('GET ', '')}`, { headers })
      t.is(status, 200, ask)
    } else {
      const [command = '', ...words] = ask.split(' ')
      const answer = await redis.call(command, ...words)
      t.true(typeof answer === 'number' || String(answer).includes(':'), ask)
      for (const field of quoted(asked.find((one) => one.ask === ask)?.alarm ?? '')) {
        if (/^[a-z_]+$/.test(field) && field !== 'ok') t.true(String(answer).includes(field), `${ask} says ${field}`)
      }
    }
  }
})
