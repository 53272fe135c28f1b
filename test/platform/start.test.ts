import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import test from 'ava'

const root = path.join(import.meta.dirname, '..', '..')

const script = `
  import { forgetProto } from './src/platform/start.ts'
  const before = '__proto__' in {}
  forgetProto()
  const sent = JSON.parse('{"__proto__":{"isAdmin":true}}')
  const copy = Object.assign({}, sent)
  const target = {}
  for (const name in sent) target[name] = sent[name]
  target['__proto__']['isAdmin'] = true
  console.log(JSON.stringify([before, '__proto__' in {}, ({}).isAdmin, copy.isAdmin, Object.getPrototypeOf(target) === Object.prototype]))
`

test('where __proto__ is forgotten, whoever merges what was sent changes no other object', (t) => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: root,
    encoding: 'utf8',
  })

  t.deepEqual(JSON.parse(stdout || 'null'), [true, false, null, null, true], stderr)
})

test('servers and workers forget it before they do anything else', (t) => {
  for (const file of ['src/server.ts', 'workers/main.ts']) {
    const [, code = ''] = readFileSync(path.join(root, file), 'utf8').split(/^(?=\/\*\*)/m)
    t.regex(code, /^\/\*\*.*\*\/\nforgetProto\(\)\n/, file)
  }
})
