import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import test from 'ava'
import { describeSettings } from '../../src/config.ts'

/** docs/security.md says only what is so. */

const root = path.join(import.meta.dirname, '..', '..')
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8')

/** Cells of the rows of the table below a heading. */
function rowsBelow(page: string, heading: string): string[][] {
  const [, section = ''] = page.split(`\n## ${heading}\n`)
  const [table = ''] = section.split('\n## ')
  const lines = table.split('\n').filter((line) => line.startsWith('| '))
  return lines.slice(1).map((line) => line.slice(2, -2).split(' | '))
}

interface Named {
  file: string
  titles: string[]
}

/** `file` “a test”, “another”; `file` … */
function testsIn(cell: string): Named[] {
  return cell.split('; `').map((part) => {
    const [, file = ''] = /^`?([^`]+)`/.exec(part) ?? []
    return { file, titles: [...part.matchAll(/“([^”]+)”/g)].map(([, title = '']) => title) }
  })
}

/** What is wrong with a cell that names tests. */
function faultsOf(cell: string): string[] {
  return testsIn(cell).flatMap(({ file, titles }) => {
    if (!file.endsWith('.test.ts') || !existsSync(path.join(root, file)))
      return [`${file || cell} is no test that is there`]
    if (titles.length === 0) return [`${file} without the name of a test`]
    const text = withoutComments(read(file))
    return titles.filter((title) => !text.includes(title)).map((title) => `${file} has no test “${title}”`)
  })
}

/** A title in a comment is no test. */
function withoutComments(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/^\s*(\/\/|\/?\*)/.test(line))
    .join('\n')
}

/** Rules of what is not there yet, and with what they come. Nothing else may be without a test. */
const later = new Map([['Pushes to browsers', 'comes with web push']])

const page = read('docs/security.md')

test('a rule without a file or a test is found out', (t) => {
  t.deepEqual(faultsOf('`test/docs.test.ts` “the data model lists every key of Redis”'), [])
  t.is(faultsOf('`test/nowhere.test.ts` “a test”').length, 1)
  t.is(faultsOf('`test/security/table.test.ts`').length, 1)
  t.is(faultsOf(`\`test/docs.test.ts\` “${'a test that nobody wrote'}”`).length, 1)
  t.is(faultsOf('').length, 1)
  t.is(faultsOf(`\`test/security/table.test.ts\` “A title in ${'a comment is no test'}”`).length, 1)
  t.is(faultsOf('`src/app.ts` “createApp”').length, 1)
})

test('every rule names where it stands, and tests that are there', (t) => {
  const rows = rowsBelow(page, 'Rules')
  t.true(rows.length >= 30)
  for (const [topic = '', rule = '', where = '', tests = '', ...more] of rows) {
    t.deepEqual(more, [], topic)
    t.true(rule.length > 5, topic)
    const reason = later.get(topic)
    if (reason !== undefined) {
      t.deepEqual([where, tests], [reason, reason], topic)
      continue
    }
    const places = [...where.matchAll(/`([^`]+)`/g)].map(([, place = '']) => place)
    t.true(places.length > 0, topic)
    for (const place of places) t.true(existsSync(path.join(root, place)), `${topic}: ${place}`)
    t.deepEqual(faultsOf(tests), [], topic)
  }
  for (const topic of later.keys())
    t.true(
      rows.some(([name]) => name === topic),
      topic,
    )
})

/** Settings that bound how much somebody may have, do or send. */
const isLimit = (name: string): boolean =>
  /(_PER_|_MAX|_BURST$|_WAITING$)/.test(name) &&
  !/^(DATABASE_POOL|RESUME_|STREAM_RESUME|SENT_MAX|REDIS_MAX|ROOM_COUNTS)/.test(name)

test('every limit among the settings has tests at its value and one over', (t) => {
  const rows = rowsBelow(page, 'Limits')
  const listed = rows.flatMap(([names = '']) => names.split(' · ').map((name) => name.replaceAll('`', '')))
  const limits = describeSettings()
    .map(({ name }) => name)
    .filter(isLimit)

  t.true(limits.length > 30)
  t.deepEqual(
    limits.filter((name) => !listed.includes(name)),
    [],
  )
  for (const [names = '', tests = ''] of rows) t.deepEqual(faultsOf(tests), [], names)
})
