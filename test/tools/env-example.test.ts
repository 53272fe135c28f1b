import { readFileSync } from 'node:fs'
import test from 'ava'
import { describeSettings } from '../../src/config.ts'
import { configReference } from '../../tools/config-text.ts'
import { envExample } from '../../tools/env-text.ts'

test('.env.example names every setting (else run: node tools/launcher.mjs tools/command.ts tools/env-example.ts)', (t) => {
  const written = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8')

  t.is(written, envExample())
})

test('docs/configuration.md is that of the settings (else run: node tools/launcher.mjs tools/command.ts tools/config-reference.ts)', (t) => {
  const written = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8')

  t.is(written, configReference())
  t.is(written.match(/^\| `[A-Z0-9_]+` \| /gm)?.length, describeSettings().length, 'each setting stands in one section')
})
