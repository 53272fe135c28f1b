import test from 'ava'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { mutants } from '../../../proof/mutants/mutants.ts'
import { Tree } from '../../../proof/mutants/tree.ts'

const tree = Tree.plant()
test.after.always('the tree goes', (t) => {
  tree.remove()
  t.false(existsSync(tree.folder))
})

const file = 'src/ledger/lua/trim.lua'
const textOf = (path: string): string => readFileSync(join(tree.folder, path), 'utf8')

test.serial('every mutant is made of texts that stand in the code exactly once', (t) => {
  for (const { name, edits } of mutants) t.notThrows(() => tree.mutate(edits), name)
})

test.serial('a text that is not there, or twice, is refused by name', (t) => {
  const gone = { file, text: 'nothing like this', instead: '' }
  const twice = { file, text: 'redis.call', instead: '' }

  t.throws(() => tree.mutate([gone]), { message: /trim\.lua: the text of the mutant stands there 0 times/ })
  t.throws(() => tree.mutate([twice]), { message: /trim\.lua: the text of the mutant stands there \d+ times/ })
})

test.serial('the next mutant is made of the code as it is', (t) => {
  tree.restore()
  const before = textOf(file)

  tree.mutate([{ file, text: "redis.call('LTRIM', KEYS[2], going, -1)", instead: "redis.call('DEL', KEYS[2])" }])
  t.regex(textOf(file), /'DEL'/)
  tree.mutate([])

  t.is(textOf(file), before)
})

test('names say which one it is', (t) => {
  t.is(new Set(mutants.map(({ name }) => name)).size, mutants.length)
})
