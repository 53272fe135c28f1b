import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import test from 'ava'
import { describeSettings } from '../src/config.ts'
import { selectRows } from '../src/platform/mysql.ts'
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

test('what the operator sees is what the program says', (t) => {
  const seen = section('What can break')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .flatMap((line) => quoted(line.split(' | ')[2] ?? ''))
    .filter((words) => / \w+ /.test(words))

  t.true(seen.length >= 10, seen.join(' · '))
  t.deepEqual(
    seen.filter((words) => !code.includes(`'${words}'`)),
    [],
  )
})

test('the settings that it names are there', (t) => {
  const named = quoted(guide).flatMap((words) => /^([A-Z]+(?:_[A-Z]+)+)(?:=\w+)?$/.exec(words)?.[1] ?? [])

  t.true(named.length >= 8)
  t.deepEqual(
    named.filter((name) => !settings.has(name)),
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
