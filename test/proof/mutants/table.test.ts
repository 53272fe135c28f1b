import { readFileSync } from 'node:fs'
import test from 'ava'
import { mutants } from '../../../proof/mutants/mutants.ts'

test('the page of the proof names every mutant, and by what it is caught', (t) => {
  const page = readFileSync(new URL('../../../docs/proof.md', import.meta.url), 'utf8')
  const [, section = ''] = page.split('\n## The mutants\n')
  const rows = [...(section.split('\n## ')[0] ?? '').matchAll(/^\| (.+) \| (.+) \|$/gm)].slice(1)
  const written = rows.flatMap(([, names = '', rules = '']) => names.split(' · ').map((name) => `${name}: ${rules}`))

  const made = mutants.map(({ name, expects }) => `${name}: ${expects.join(' or ') || held}`)

  t.deepEqual(written.toSorted(), made.toSorted())
})

const held = 'nothing: another line of defence holds'
