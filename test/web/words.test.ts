import test from 'ava'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const root = join(import.meta.dirname, '../../web/src')
const sources = new Map(
  globSync('**/*.{ts,tsx}', { cwd: root }).map((path) => [path, readFileSync(join(root, path), 'utf8')]),
)
const wordFiles = [...sources].filter(([, source]) => /export const \w+ = texts\(\{/.test(source))

/** The keys of the English words; the compiler holds that the Korean ones are the same. */
function keysOf(source: string): string[] {
  const english = /^ {2}en: \{([\s\S]*?)^ {2}ko: \{/m.exec(source)?.[1] ?? ''
  return [...english.matchAll(/^ {4}(\w+):/gm)].map((match) => match[1] ?? '')
}

function isImportedBy(path: string, [from, source]: [string, string]): boolean {
  const imports = source.matchAll(/(?:from |import\()'(\.{1,2}\/[^']+)'/g)
  return [...imports].some((match) => relative(root, join(root, dirname(from), match[1] ?? '')) === path)
}

/** As `words.key`, or taken out: `const { key } = words`. */
function readOf(key: string): RegExp {
  return new RegExp(`\\.${key}\\b|\\{[^{}]*\\b${key}\\b[^{}]*\\} = \\w+\\.value`)
}

test('every word is said somewhere', (t) => {
  t.true(wordFiles.length > 10)
  const unsaid = wordFiles.flatMap(([path, source]) => {
    const keys = keysOf(source)
    t.true(keys.length > 0, path)
    const readers = [...sources].filter((one) => isImportedBy(path, one)).map(([, reader]) => reader)
    const isRead = (key: string): boolean => readers.some((reader) => readOf(key).test(reader))
    // As `text.value[state]`: then the state has its name somewhere.
    const isPicked = (key: string): boolean => [...sources.values()].some((one) => one.includes(`'${key}'`))
    return keys.filter((key) => !isRead(key) && !isPicked(key)).map((key) => `${path}: ${key}`)
  })
  t.deepEqual(unsaid, [])
})
