import { readFileSync } from 'node:fs'
import test from 'ava'
import { envExample } from '../../tools/env-text.ts'

test('.env.example names every setting (else run: node tools/launcher.mjs tools/command.ts tools/env-example.ts)', (t) => {
  const written = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8')

  t.is(written, envExample())
})
