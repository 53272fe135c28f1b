import { globSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import path from 'node:path'
import { parse } from 'acorn'
import { simple } from 'acorn-walk'
import test from 'ava'

/** No text that somebody sends may keep a process busy by the way in which an expression looks for a match. */

process.env['RECHECK_BACKEND'] = 'pure'
const { checkSync } = await import('recheck')

const root = path.join(import.meta.dirname, '..', '..')

interface Expression {
  where: string
  source: string
  flags: string
}

/** Expressions that are not linear, and why nobody can use that. */
const excused = new Map([
  ['src/commands/replay/chat-log.ts', 'reads a file that its operator names at their own prompt'],
])

/** What is made at run time, and from what. */
const composed = new Map([['src/ledger/budget.ts', 'the name of a field of INFO, written in that file']])

function expressionsIn(file: string): { literals: Expression[]; isComposing: boolean } {
  const program = parse(stripTypeScriptTypes(readFileSync(path.join(root, file), 'utf8')), {
    ecmaVersion: 'latest',
    sourceType: 'module',
    locations: true,
  })
  const literals: Expression[] = []
  let isComposing = false
  const look = ({ callee }: { callee: { type: string; name?: string } }): void => {
    if (callee.type === 'Identifier' && callee.name === 'RegExp') isComposing = true
  }
  simple(program, {
    NewExpression: look,
    CallExpression: look,
    Literal(node) {
      if (!node.regex) return
      literals.push({ where: `${file}:${node.loc?.start.line}`, source: node.regex.pattern, flags: node.regex.flags })
    },
  })
  return { literals, isComposing }
}

const files = globSync('{src,workers}/**/*.ts', { cwd: root }).toSorted()

/** `v` knows sets of characters that the prover does not; without them it is `u`. */
const verdictOf = ({ source, flags }: Pick<Expression, 'source' | 'flags'>) =>
  checkSync(source, flags.replace('v', 'u'), { timeout: null })

test('an expression that is not linear is known for one', (t) => {
  for (const source of ['^(a+)+$', '=+$', '(?:^|[^a]+)([a])', String.raw`(\w+\s?)*!`]) {
    t.is(verdictOf({ source, flags: '' }).status, 'vulnerable', source)
  }
  t.is(verdictOf({ source: '^[a-z]{1,30}$', flags: '' }).status, 'safe')
})

test('every expression of servers, workers and commands takes time that grows with the text and not faster', (t) => {
  t.timeout(1_200_000)
  const literals = files.flatMap((file) => expressionsIn(file).literals)
  t.true(literals.length > 50)

  const slow = literals.flatMap((expression) => {
    const verdict = verdictOf(expression)
    if (verdict.status === 'safe') return []
    return [{ ...expression, status: verdict.status }]
  })

  t.deepEqual(
    slow.filter(({ where }) => !excused.has(where.split(':')[0] ?? '')),
    [],
  )
  t.deepEqual([...new Set(slow.map(({ where }) => where.split(':')[0]))], [...excused.keys()])
})

test('no expression is made of what somebody sends', (t) => {
  t.deepEqual(
    files.filter((file) => expressionsIn(file).isComposing),
    [...composed.keys()],
  )
})
