import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import test from 'ava'
import { codes } from '../src/platform/errors.ts'
import type { Code } from '../src/platform/errors.ts'

/** What the documents list is what is there. */

const root = path.join(import.meta.dirname, '..')
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8')

/** From a line to the next one of its kind. */
function section(text: string, opening: string, kind: RegExp): string {
  const start = text.indexOf(`\n${opening}\n`)
  if (start < 0) throw new Error(`"${opening}" is not there`)
  const rest = text.slice(start + opening.length + 2)
  const end = rest.search(kind)
  return end < 0 ? rest : rest.slice(0, end)
}

const namesIn = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
const rowsOf = (table: string): string[][] =>
  table
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )

test('the protocol lists every code with its status, its close code and what a sender may conclude', (t) => {
  const rows = rowsOf(section(read('docs/protocol.md'), '## Codes', /^## /m))
  const listed: Record<string, { status: number; outcome: string; ws: string }> = {}
  for (const [names = '', statuses = '', ws = '', outcome = ''] of rows) {
    const each = (statuses.match(/\d{3}/g) ?? []).map(Number)
    for (const [index, name] of namesIn(names).entries()) {
      t.false(name in listed, `${name} is listed twice`)
      listed[name] = { status: (each.length === 1 ? each[0] : each[index]) ?? 0, outcome, ws }
    }
  }

  t.deepEqual(Object.keys(listed).toSorted(), Object.keys(codes).toSorted())
  for (const name of Object.keys(codes) as Code[]) {
    const { status, outcome, ...facts } = codes[name]
    t.like(listed[name], { status, outcome }, name)
    if ('close' in facts) t.true(listed[name]?.ws.includes(String(facts.close)), `${name} closes with ${facts.close}`)
  }
})

test('the data model lists every key of Redis', (t) => {
  const listed = section(read('docs/data-model.md'), '## Redis', /^## /m)
  const fragments = globSync('src/**/*.ts', { cwd: root }).flatMap((file) => {
    const [, keys = ''] = /^(?:export )?const keys = \{([\s\S]*?)\}(?: as const)?$/m.exec(read(file)) ?? []
    // Of a key the words that are the same in all of its kind.
    const texts = keys.replaceAll(/\/\*\*.*\*\//g, '').matchAll(/`([^`]*)`|'([^']*)'/g)
    return [...texts].map(([, template, plain]) => {
      const constant = (template ?? plain ?? '').replaceAll(/\$\{[^}]*\}/g, '|')
      return /[a-z]+(?::[a-z]+)*/.exec(constant)?.[0] ?? constant
    })
  })

  t.true(fragments.length >= 15, fragments.join(' '))
  t.deepEqual(
    fragments.filter((fragment) => !listed.includes(fragment)),
    [],
  )
})

/** A heading as the address of its chapter; of the same words the second is called -1. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>()
  for (const [, heading = ''] of text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/^#{1,6} (.+)$/gm)) {
    const plain = heading.toLowerCase().replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    const anchor = plain.replaceAll(' ', '-')
    let name = anchor
    for (let again = 1; anchors.has(name); again += 1) name = `${anchor}-${again}`
    anchors.add(name)
  }
  return anchors
}

test('every link between the pages leads to a file that is there, and to a chapter that it has', (t) => {
  const pages = ['*.md', 'docs/**/*.md', 'web/*.md', 'bench/*.md', 'proof/*.md', '.github/*.md'].flatMap((pattern) =>
    globSync(pattern, { cwd: root }),
  )
  let chapters = 0
  for (const page of pages) {
    for (const [, target = ''] of read(page).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue
      const [file = '', chapter] = target.split('#')
      const leads = file === '' ? page : path.join(path.dirname(page), decodeURI(file))
      t.true(existsSync(path.join(root, leads)), `${page}: ${target}`)
      if (chapter === undefined || !leads.endsWith('.md')) continue
      t.true(anchorsOf(read(leads)).has(decodeURI(chapter)), `${page}: ${target}`)
      chapters += 1
    }
  }
  t.true(pages.length > 50)
  t.true(chapters > 15)
})

const architecture = read('docs/architecture.md')
const described = [...architecture.matchAll(/^In `src\/([a-z]+)`:$/gm)].map(([, folder = '']) => folder)

for (const folder of described) {
  test(`the architecture says what each file of src/${folder} is for, and names none that is not there`, (t) => {
    const table = section(architecture, `In \`src/${folder}\`:`, /^(In `|## )/m)
    const named = rowsOf(table).flatMap(([files = '']) => namesIn(files))
    const inside = path.join(root, 'src', folder)

    t.deepEqual(
      named.filter((name) => globSync(name, { cwd: inside }).length === 0),
      [],
    )
    const found = new Set(namesIn(table).flatMap((name) => globSync(name, { cwd: inside })))
    t.deepEqual(
      globSync('**/*.{ts,lua}', { cwd: inside }).filter((file) => !found.has(file)),
      [],
    )
  })
}
