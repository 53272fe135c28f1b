import test from 'ava'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'

/** The floors of the house, as docs/architecture.md draws them. An import goes down, or sideways inside its own folder. */
const floors: Record<string, number> = {
  'src/platform': 0,
  'src/config.ts': 0,
  'src/audit': 1,
  'src/migrations': 1,
  'src/accounts': 2,
  'src/live': 3,
  'src/media': 3,
  'src/ledger': 4,
  'src/notifications': 4,
  'src/people': 4,
  'src/admin': 5,
  'src/chat': 5,
  'src/timeline': 5,
  'src/foundation.ts': 5,
  'src/api.ts': 5,
  'src/app.ts': 6,
  workers: 6,
  'src/commands': 7,
  'src/server.ts': 7,
  'workers/main.ts': 7,
}

const root = join(import.meta.dirname, '..')
const sources = globSync(['src/**/*.ts', 'workers/**/*.ts'], { cwd: root }).map((path) => normalize(path))
const textOf = new Map(sources.map((path) => [path, readFileSync(join(root, path), 'utf8')]))

function roomOf(path: string): string {
  const parts = path.split('/')
  const candidates = [path, parts.slice(0, 2).join('/'), parts[0] ?? '']
  const room = candidates.find((candidate) => candidate in floors)
  if (room === undefined) throw new Error(`${path} stands on no floor: give its room one in test/architecture.test.ts`)
  return room
}

function importsOf(path: string): string[] {
  const text = textOf.get(path) ?? ''
  const found = text.matchAll(/(?:from|import)\s+'(\.{1,2}\/[^']+)'/g)
  return [...found].map((match) => relative(root, join(root, dirname(path), match[1] ?? '')))
}

const arrows = sources.flatMap((from) => importsOf(from).map((to) => ({ from, to })))
const describe = (arrow: { from: string; to: string }): string => `${arrow.from} → ${arrow.to}`

function offenders(pattern: RegExp, mayContain: (path: string) => boolean): string[] {
  return sources.filter((path) => !mayContain(path) && pattern.test(withoutComments(textOf.get(path) ?? '')))
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
}

test('there is something to look at', (t) => {
  t.true(sources.length > 40)
  t.true(arrows.length > 100)
})

test('imports go down, or sideways inside their own room', (t) => {
  const up = arrows.filter(({ from, to }) => {
    const [above, below] = [roomOf(from), roomOf(to)]
    return above !== below && (floors[below] ?? 0) >= (floors[above] ?? 0)
  })
  t.deepEqual(up.map(describe), [])
})

test('no file imports itself by way of others', (t) => {
  const cycles: string[] = []
  const state = new Map<string, 'open' | 'done'>()
  const visit = (path: string, trail: string[]): void => {
    if (state.get(path) === 'done') return
    if (state.get(path) === 'open') return void cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
    state.set(path, 'open')
    for (const next of importsOf(path)) visit(next, [...trail, path])
    state.set(path, 'done')
  }
  for (const path of sources) visit(path, [])
  t.deepEqual(cycles, [])
})

test('a domain is entered by its door; workers and commands may also open its jobs and its formats', (t) => {
  const domains = new Set([
    'accounts',
    'admin',
    'audit',
    'live',
    'media',
    'ledger',
    'notifications',
    'people',
    'chat',
    'timeline',
  ])
  const sideDoors = new Set([
    'src/ledger/flush.ts',
    'src/ledger/flush-queue.ts',
    'src/ledger/recovery.ts',
    'src/ledger/receipt.ts',
    'src/ledger/transcript.ts',
    'src/ledger/entry.ts',
    'src/accounts/bulk.ts',
    'src/people/bulk-store.ts',
    'src/timeline/bulk.ts',
  ])
  const forced = arrows.filter(({ from, to }) => {
    const [, domain = ''] = to.split('/')
    const isInside = from.startsWith(`src/${domain}/`)
    if (!to.startsWith('src/') || !domains.has(domain) || isInside || to === `src/${domain}/index.ts`) return false
    const isWorker = from.startsWith('workers/') || from.startsWith('src/commands/')
    return !(isWorker && sideDoors.has(to))
  })
  t.deepEqual(forced.map(describe), [])
})

test('src never imports workers', (t) => {
  t.deepEqual(arrows.filter(({ from, to }) => from.startsWith('src/') && to.startsWith('workers')).map(describe), [])
})

test('who judges does not ask the accused: the checker and the load know nothing of src', (t) => {
  const witnesses = globSync(['proof/checker/**/*.ts', 'proof/load/**/*.ts', 'proof/history/**/*.ts'], { cwd: root })
  t.true(witnesses.length >= 4)
  const asking = witnesses.filter((path) => /from '[^']*\/(src|workers)\//.test(readFileSync(join(root, path), 'utf8')))
  t.deepEqual(asking, [])
})

test('nothing that runs imports what tests it', (t) => {
  t.deepEqual(arrows.filter(({ to }) => /^(test|proof)\//.test(to)).map(describe), [])
})

test('SQL stands in stores and migrations', (t) => {
  const sql =
    /\b(SELECT\s[\s\S]*\sFROM|INSERT INTO|UPDATE\s+\w+\s+SET|DELETE FROM|SELECT @@)\b|\b(sql|trx|knex)\('\w+'\)/
  t.deepEqual(offenders(sql, maySpeakSql), [])
})

function maySpeakSql(path: string): boolean {
  return /(^|[/-])store\.ts$/.test(path) || path.startsWith('src/migrations/') || path === 'src/ledger/durability.ts'
}

test('the environment is read in one place', (t) => {
  // The last one reads nothing of it, and hands it on when the process ends.
  const readers = ['src/config.ts', 'src/server.ts', 'workers/main.ts', 'src/platform/lifecycle.ts']
  t.deepEqual(
    offenders(/process\.env\b/, (path) => readers.includes(path) || path.startsWith('src/commands/')),
    [],
  )
})

test('connections are opened in the platform', (t) => {
  t.deepEqual(
    offenders(/new (Redis|Queue|Worker|WebSocketServer)\(|\bcreateKnex\(/, (path) => path.startsWith('src/platform/')),
    [],
  )
})

test('a table is named by one domain only', (t) => {
  const tables = new Map<string, Set<string>>()
  for (const path of sources.filter((source) => /(^|[/-])store\.ts$/.test(source))) {
    const domain = path.split('/')[1] ?? ''
    const named = (textOf.get(path) ?? '').matchAll(
      /\b(?:FROM|INTO|UPDATE|JOIN)\s+([a-z_]{4,})|\b(?:sql|trx)\('(\w+)'\)/g,
    )
    for (const match of named) {
      const table = match[1] ?? match[2] ?? ''
      tables.set(table, (tables.get(table) ?? new Set()).add(domain))
    }
  }
  t.true(tables.size > 5)
  t.deepEqual(
    [...tables]
      .filter(([, domains]) => domains.size > 1)
      .map(([table, domains]) => `${table}: ${[...domains].join(', ')}`),
    [],
  )
})
