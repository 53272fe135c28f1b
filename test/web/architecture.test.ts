import test from 'ava'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'

/** As docs/web.md draws them, the lowest first: an import goes down, or sideways inside its own folder. */
const floors = [
  ['api'],
  ['text', 'styles'],
  ['ui'],
  ['shell'],
  ['person', 'pictures'],
  ['mentions'],
  ['timeline'],
  ['people'],
  ['accounts', 'admin', 'notifications', 'rooms'],
  ['app.tsx'],
  ['main.tsx'],
]

const root = join(import.meta.dirname, '../..')
const web = join(root, 'web/src')
const sources = globSync('**/*.{ts,tsx}', { cwd: web })
  .map((path) => normalize(path))
  .filter((path) => path !== 'vite.d.ts')
const arrows = sources.flatMap((from) => importsOf(from).map((to) => ({ from, to })))

/** What a file imports of the project, with types and with what it loads later, from `web/src` on. */
function importsOf(from: string): string[] {
  const found = readFileSync(join(web, from), 'utf8').matchAll(/(?:from|import)[\s(]*'(\.{1,2}\/[^']+)'/g)
  return [...found].map((match) => relative(web, join(web, dirname(from), match[1] ?? '')))
}

function folderOf(path: string): string {
  return path.split('/')[0] ?? ''
}

function floorOf(path: string): number {
  const floor = floors.findIndex((folders) => folders.includes(folderOf(path)))
  if (floor === -1) throw new Error(`${path} stands on no floor: give its folder one in test/web/architecture.test.ts`)
  return floor
}

const describe = ({ from, to }: { from: string; to: string }): string => `${from} → ${to}`

test('imports go down, or sideways inside their own folder', (t) => {
  t.true(sources.length > 200 && arrows.length > 500)
  const up = arrows
    .filter(({ to }) => !to.startsWith('..'))
    .filter(({ from, to }) => folderOf(from) !== folderOf(to) && floorOf(to) >= floorOf(from))
  t.deepEqual(up.map(describe), [])
})

test('docs/web.md names the folders in this order', (t) => {
  const written = readFileSync(join(root, 'docs/web.md'), 'utf8').matchAll(/^\d+\. (.*?):/gm)
  const named = [...written].map(([line]) => [...line.matchAll(/`([\w.]+)`/g)].map((match) => match[1]))
  t.deepEqual(named, floors)
})

test('of the server, the client knows only types of what is sent, and those in api', (t) => {
  const outside = arrows.filter(({ to }) => to.startsWith('..') && to !== '../../package.json')
  t.true(outside.length > 0)
  t.deepEqual(outside.filter(({ from }) => from !== 'api/types.ts').map(describe), [])
  const types = readFileSync(join(web, 'api/types.ts'), 'utf8')
  t.notRegex(types, /^(?:import|export) (?!type\b)[^\n]*from '\.\.\/\.\.\/\.\./m)
})

test('the client library knows nothing of a page', (t) => {
  const ofPages = /from '(?:preact|@preact)[^']*'|\bwindow\.|\bdocument\.(?:body|query|create|get)/
  const offending = sources.filter(
    (path) => folderOf(path) === 'api' && ofPages.test(readFileSync(join(web, path), 'utf8')),
  )
  t.deepEqual(offending, [])
})

test('no file imports itself by way of others', (t) => {
  const cycles: string[] = []
  const state = new Map<string, 'open' | 'done'>()
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === 'done') return
    if (state.get(path) === 'open') return void cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
    state.set(path, 'open')
    for (const { to } of arrows.filter(({ from }) => from === path)) visit(to, [...trail, path])
    state.set(path, 'done')
  }
  for (const path of sources) visit(path, [])
  t.deepEqual(cycles, [])
})

const sheets = globSync('**/*.css', { cwd: web }).map((path) => ({
  path: normalize(path),
  classes: dressedIn(readFileSync(join(web, path), 'utf8')),
}))

/** The classes with which the rules of a sheet begin that stand in no other rule. */
function dressedIn(sheet: string): Set<string> {
  const classes = new Set<string>()
  const around: string[] = []
  const text = sheet.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/'[^']*'/g, "''")
  for (const [, before = '', sign] of text.matchAll(/([^{};]*)([{};])/g)) {
    if (sign === '}') around.pop()
    if (sign !== '{') continue
    const prelude = before.trim()
    const isOutermost = around.every((one) => one.startsWith('@'))
    if (isOutermost) for (const selector of prelude.split(',')) classes.add(/^\s*\.([\w-]+)/.exec(selector)?.[1] ?? '')
    around.push(prelude)
  }
  classes.delete('')
  return classes
}

test('a class is dressed by one folder alone: sheets stay once they were loaded, wherever one goes then', (t) => {
  t.true(sheets.length > 30)
  const folders = new Map<string, Set<string>>()
  for (const { path, classes } of sheets) {
    for (const name of classes) folders.set(name, (folders.get(name) ?? new Set()).add(folderOf(path)))
  }
  t.true(folders.size > 300)
  t.deepEqual(
    [...folders].filter(([, those]) => those.size > 1).map(([name, those]) => `${name}: ${[...those].join(', ')}`),
    [],
  )
})
