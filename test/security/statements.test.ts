import { globSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import path from 'node:path'
import { parse } from 'acorn'
import { simple } from 'acorn-walk'
import test from 'ava'

/** Values are bound. What else stands in a statement was written by us, and each such place was looked at once: here. */

const root = path.join(import.meta.dirname, '..', '..')
const files = globSync('{src,workers}/**/*.ts', { cwd: root, exclude: ['src/migrations/**'] })
const statement = /\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|FROM|WHERE|ORDER BY|GROUP BY|VALUES|LIMIT \?|INTERVAL)\b/

/** What may be written into a statement by its shape: question marks for each of a list, and one of two texts. */
const shapes = [
  /^\w+\.map\(\(\) => '[^']*'\)\.join\('[^']*'\)$/,
  /^[\w.]+ === (?:0|undefined) \? '[^']*' : '[^']*'$/,
  /^\w*[cC]olumns$/,
]

/** Names of parts that are text of the same file: a condition, a join, a list of question marks, one of two columns. */
const parts = new Set([
  ...[
    'beyond',
    'cases',
    'column',
    'direction',
    'isInvited',
    'isLater',
    'isOver',
    'me',
    'nth',
    'other',
    'pairs',
    'rows',
    'within',
  ],
  ...["blocksBack('h.blocked_id', 'h.blocker_id')", "blocksBack('h.muted_id', 'h.muter_id')"],
  ...["place('blocked_id')", "place('followed_id')", "place('follower_id')", "place('muted_id')"],
  ...["unparted('followed_id')", "unparted('follower_id')", "[0, 1, 2].map(nthLatest).join(', ')"],
  // Their values go with them, bound: `sql-lists.ts`, and the filters of feeds.
  ...['filter.text', 'hidden.text', 'kind.text', 'those.text', "chunk.map(() => one).join(' OR ')"],
])

const isKnown = (inserted: string): boolean => parts.has(inserted) || shapes.some((shape) => shape.test(inserted))

/** What is put between the texts of a template that is SQL. */
function insertedInto(code: string): { line: number; inserted: string }[] {
  const found: { line: number; inserted: string }[] = []
  simple(parse(code, { ecmaVersion: 'latest', sourceType: 'module', locations: true }), {
    TemplateLiteral(node) {
      if (!statement.test(node.quasis.map(({ value }) => value.raw).join('?'))) return
      for (const part of node.expressions) {
        found.push({ line: node.loc?.start.line ?? 0, inserted: code.slice(part.start, part.end) })
      }
    },
  })
  return found
}

test('a statement that is made of what somebody sends is known for one', (t) => {
  for (const inserted of ['asked.name', 'name', 'request.query.order', "names.join(', ')", "isAdmin ? name : ''"]) {
    const code = `sql.raw(\`SELECT id FROM accounts WHERE username = '\${${inserted}}'\`)`
    t.deepEqual(
      insertedInto(code).filter((one) => !isKnown(one.inserted)),
      [{ line: 1, inserted }],
    )
  }
  t.true(isKnown("rows.map(() => '(?, ?)').join(', ')"))
})

test('no statement is made of what somebody sends', (t) => {
  const all = files
    .filter((file) => file.endsWith('store.ts') || file.startsWith('src/platform/'))
    .flatMap((file) => {
      const code = stripTypeScriptTypes(readFileSync(path.join(root, file), 'utf8'))
      return insertedInto(code).map((one) => ({ file, ...one }))
    })

  t.true(all.length > 50)
  t.deepEqual(
    all.filter(({ inserted }) => !isKnown(inserted)),
    [],
  )
  const seen = new Set(all.map(({ inserted }) => inserted))
  t.deepEqual(
    [...parts].filter((part) => !seen.has(part)),
    [],
  )
})
