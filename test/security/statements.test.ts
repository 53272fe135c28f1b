import { globSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import path from 'node:path'
import { parse } from 'acorn'
import type { CallExpression, Expression, Program, SpreadElement } from 'acorn'
import { simple } from 'acorn-walk'
import test from 'ava'

/** Values are bound. What else stands in a statement was written by us, and each such place was looked at once: here. */

const root = path.join(import.meta.dirname, '..', '..')
const files = globSync('{src,workers}/**/*.ts', { cwd: root, exclude: ['src/migrations/**'] })
const statement = /\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|FROM|WHERE|ORDER BY|GROUP BY|VALUES|LIMIT \?|INTERVAL)\b/

/** What may be written into a statement by its shape: question marks for each of a list, and one of two texts. */
const shapes = [/^\w+\.map\(\(\) => '[^']*'\)\.join\('[^']*'\)$/, /^[\w.]+ === (?:0|undefined) \? '[^']*' : '[^']*'$/]

/**
 * Parts that are text of the same file, and values that go with their question marks (`sql-lists.ts`, the filters of feeds): a
 * condition, a join, a list of columns or question marks, one of two columns. By file, for a name says nothing elsewhere.
 */
const parts: Readonly<Record<string, readonly string[]>> = {
  'src/accounts/admin-store.ts': ['accountColumns'],
  'src/accounts/search-store.ts': ['those.text', 'username.text', 'name.text', 'place', 'others.text'],
  'src/accounts/store.ts': ['accountColumns'],
  'src/audit/store.ts': ['index', "conditions.join(' AND ')"],
  // Tables, columns and counts as the database names them, or a backup that an operator gives.
  'src/commands/backup/dump-store.ts': [
    'list',
    'quoted([name])',
    'quoted(key)',
    '`SHOW CREATE TABLE ${quoted([table])}`',
  ],
  'src/commands/restore/target-store.ts': [
    'into.table',
    'list',
    '`ALTER TABLE \\`${table}\\` AUTO_INCREMENT = ${next}`',
  ],
  'src/chat/member-store.ts': ['memberColumns', 'roomColumns'],
  'src/chat/read-marker-store.ts': ['isLater'],
  'src/chat/settings-store.ts': ['changeColumns'],
  'src/chat/store.ts': ['roomColumns', 'isInvited'],
  'src/ledger/closing-store.ts': ['columns', 'index'],
  'src/ledger/ledger-store.ts': ['ledgerColumns'],
  'src/ledger/store.ts': ['pairs', 'entryColumns'],
  'src/live/store.ts': ['eventColumns', 'rows', 'cases'],
  'src/media/store.ts': ['columns', 'isOver'],
  'src/notifications/actor-store.ts': ['notificationColumns', "[0, 1, 2].map(nthLatest).join(', ')", 'nth'],
  'src/notifications/inbox-store.ts': ['columns'],
  'src/notifications/store.ts': ['notificationColumns', "chunk.map(() => one).join(' OR ')", 'column', 'within'],
  'src/people/list-store.ts': [
    "place('follower_id')",
    "unparted('follower_id')",
    "place('followed_id')",
    "unparted('followed_id')",
    "blocksBack('h.blocked_id', 'h.blocker_id')",
    "place('blocked_id')",
    "blocksBack('h.muted_id', 'h.muter_id')",
    "place('muted_id')",
    'other',
    'me',
    'column',
    'text(place)',
  ],
  'src/platform/mysql-rows.ts': ['text'],
  'src/platform/mysql.ts': ['text'],
  'src/timeline/bulk-store.ts': ['those.text'],
  'src/timeline/comment-store.ts': ['columns', 'beyond', 'hidden.text', 'direction'],
  'src/timeline/feed-store.ts': ['postColumns', 'filter.text', 'hidden.text', 'kind.text', 'those.text', 'text'],
  'src/timeline/like-store.ts': ['hidden.text'],
  'src/timeline/popular-store.ts': ['postColumns', 'hidden.text', 'kind.text'],
  'src/timeline/store.ts': ['postColumns', 'text'],
}

/** What takes a statement or a part of one, and where that stands among its arguments. */
const takers: Readonly<Record<string, number>> = {
  ...{ raw: 0, whereRaw: 0, havingRaw: 0, orderByRaw: 0, groupByRaw: 0, joinRaw: 0, orderBy: 0 },
  ...{ selectRows: 1, affectedRows: 1, sendLines: 1 },
}

interface Insertion {
  line: number
  inserted: string
}

const isKnown = (file: string, { inserted }: Insertion): boolean =>
  parts[file]?.includes(inserted) === true || shapes.some((shape) => shape.test(inserted))

/** What is put between the texts of a statement, and statements that are no text where they are asked. */
function insertedInto(code: string): Insertion[] {
  const found: Insertion[] = []
  const tree = parse(code, { ecmaVersion: 'latest', sourceType: 'module' })
  const texts = textsIn(tree)
  const isWritten = (part: Part): boolean => isText(part) || (part.type === 'Identifier' && texts.has(part.name))
  const add = (part: { start: number; end: number }): void => {
    found.push({ line: code.slice(0, part.start).split('\n').length, inserted: code.slice(part.start, part.end) })
  }
  simple(tree, {
    TemplateLiteral(node) {
      if (statement.test(node.quasis.map(({ value }) => value.raw).join('?'))) node.expressions.forEach(add)
    },
    BinaryExpression(node) {
      const sides = [node.left, node.right]
      if (node.operator !== '+' || !sides.some(isStatement)) return
      for (const side of sides) if (!isText(side) && !isStatement(side)) add(side)
    },
    CallExpression(node) {
      const asked = node.arguments[takers[nameOf(node)] ?? -1]
      if (asked !== undefined && !isWritten(asked)) add(asked)
    },
  })
  return found
}

type Part = Expression | SpreadElement | { type: 'PrivateIdentifier' }

/** A text that was written where it stands; of a template that is a statement the parts are looked at by themselves. */
function isText(part: Part): boolean {
  if (part.type === 'Literal') return typeof part.value === 'string'
  if (part.type !== 'TemplateLiteral') return false
  return part.expressions.length === 0 || statement.test(part.quasis.map(({ value }) => value.raw).join('?'))
}

/** Names that are such a text wherever this file declares them, and no parameter anywhere. */
function textsIn(tree: Program): Set<string> {
  const texts = new Set<string>()
  const others = new Set<string>()
  simple(tree, {
    VariableDeclaration({ kind, declarations }) {
      for (const { id, init } of declarations) {
        if (id.type !== 'Identifier') continue
        const isOne = kind === 'const' && init !== undefined && init !== null && isText(init)
        ;(isOne ? texts : others).add(id.name)
      }
    },
    Function({ params }) {
      for (const param of params) if (param.type === 'Identifier') others.add(param.name)
    },
  })
  return new Set([...texts].filter((name) => !others.has(name)))
}

function isStatement(part: Part): boolean {
  if (part.type === 'Literal') return typeof part.value === 'string' && statement.test(part.value)
  return (
    part.type === 'BinaryExpression' && part.operator === '+' && (isStatement(part.left) || isStatement(part.right))
  )
}

function nameOf({ callee }: CallExpression): string {
  if (callee.type === 'Identifier') return callee.name
  return callee.type === 'MemberExpression' && callee.property.type === 'Identifier' ? callee.property.name : ''
}

const planted: [what: string, code: string, inserted: string][] = [
  ...['asked.name', 'column', 'request.query.order', "names.join(', ')", "isAdmin ? name : ''"].map(
    (inserted): [string, string, string] => [
      `a template with ${inserted}`,
      `sql.raw(\`SELECT id FROM accounts WHERE username = '\${${inserted}}'\`)`,
      inserted,
    ],
  ),
  ['a sum', `const text = "SELECT id FROM accounts WHERE username = '" + name + "'"`, 'name'],
  ['a sum in a sum', `sql.raw('SELECT id ' + 'FROM accounts ORDER BY ' + asked)`, 'asked'],
  ['an order', `sql('accounts').orderBy(request.query.order)`, 'request.query.order'],
  ['a raw order', `sql('accounts').orderByRaw(order)`, 'order'],
  ['a statement from elsewhere', `sql.raw(request.body.sql)`, 'request.body.sql'],
  ['a statement by a name', `const text = request.body.sql; selectRows(sql, text, [])`, 'text'],
  ['a statement by a parameter', `const run = (text) => sql.raw(text); const text = 'SELECT 1'`, 'text'],
  ['a template that names no clause', `const text = \`\${asked}\`; sql.raw(text)`, 'text'],
  ...['selectRows', 'affectedRows', 'sendLines'].map((helper): [string, string, string] => [
    `a statement by ${helper}`,
    `${helper}(sql, request.body.sql, [])`,
    'request.body.sql',
  ]),
]

for (const [what, code, inserted] of planted) {
  test(`a statement that is made of what somebody sends is known for one: ${what}`, (t) => {
    const unknown = insertedInto(code).filter((one) => !isKnown('src/accounts/store.ts', one))
    t.true(
      unknown.some((one) => one.inserted === inserted),
      JSON.stringify(unknown),
    )
  })
}

test('question marks for each of a list are no such thing', (t) => {
  t.true(isKnown('src/accounts/store.ts', { line: 1, inserted: "rows.map(() => '(?, ?)').join(', ')" }))
  t.deepEqual(insertedInto("selectRows(sql, 'SELECT id FROM accounts WHERE id = ?', [asked.id])"), [])
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
    all.filter(({ file, ...one }) => !isKnown(file, one)),
    [],
  )
  const seen = new Set(all.map(({ file, inserted }) => `${file}: ${inserted}`))
  const listed = Object.entries(parts).flatMap(([file, names]) => names.map((name) => `${file}: ${name}`))
  t.deepEqual(
    listed.filter((part) => !seen.has(part)),
    [],
  )
})
