import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { createAccessTokens } from '../../src/accounts/access-tokens.ts'
import { Signer } from '../../src/ledger/receipt.ts'
import { projectFolder } from '../../tools/paths.ts'

const script = path.join(projectFolder, 'tools', 'make-secrets.ts')

test('secrets go into the named folder once, and stay as they are', (t) => {
  const { folder, run } = setting(t)

  t.is(run('secrets').status, 0)
  const made = readFileSync(path.join(folder, 'secrets', 'token_keys'), 'utf8')
  const again = run('secrets')

  t.is(again.status, 1)
  t.regex(again.stderr, /is there already/)
  t.is(readFileSync(path.join(folder, 'secrets', 'token_keys'), 'utf8'), made)
})

test('the folder keeps others out, and the users of containers read the files, also on a hardened machine', (t) => {
  for (const mask of ['022', '077']) {
    const { folder } = setting(t)
    const words = ['-c', `umask ${mask}; exec "$@"`, 'sh', process.execPath, script, 'secrets']
    const { status, stderr } = spawnSync('sh', words, { cwd: folder, encoding: 'utf8' })

    t.is(status, 0, stderr)
    const modeOf = (...file: string[]): number => statSync(path.join(folder, 'secrets', ...file)).mode & 0o777
    t.is(modeOf(), 0o700, mask)
    t.is(modeOf('token_keys'), 0o644, mask)
  }
})

test('one new key comes into a folder that is there, and everything else stays as it is', async (t) => {
  const { folder, run } = setting(t)
  t.is(run('secrets').status, 0)
  const read = (name: string): string => readFileSync(path.join(folder, 'secrets', name), 'utf8').trim()
  const names = readdirSync(path.join(folder, 'secrets'))
  const contents = (): Map<string, string> => new Map(names.map((name) => [name, read(name)]))
  const before = contents()
  chmodSync(path.join(folder, 'secrets', 'token_keys'), 0o640)

  const added = run('--new', 'token_keys', 'secrets')
  t.is(added.status, 0, added.stderr)
  t.true(read('token_keys').endsWith(`,${before.get('token_keys')}`))
  t.is(statSync(path.join(folder, 'secrets', 'token_keys')).mode & 0o777, 0o640)
  t.notThrows(() => createAccessTokens({ keys: read('token_keys'), minutes: 10 }))
  t.is(run('--new', 'receipt_key', 'secrets').status, 0)
  t.not(read('receipt_key'), before.get('receipt_key'))
  await t.notThrowsAsync(Signer.fromJwk(read('receipt_key')))
  const changed = names.filter((name) => contents().get(name) !== before.get(name))
  t.deepEqual(changed.toSorted(), ['receipt_key', 'token_keys'])

  rmSync(path.join(folder, 'secrets', 'token_keys'))
  t.is(run('--new', 'token_keys', 'secrets').status, 0)
  t.notRegex(read('token_keys'), /,/)
  t.is(statSync(path.join(folder, 'secrets', 'token_keys')).mode & 0o777, 0o644)
  for (const text of [added.stdout, added.stderr]) t.false(text.includes(read('token_keys').split(':')[1] ?? ''))
})

test('a new key that finds no room leaves the older ones as they were', (t) => {
  const { folder, run } = setting(t)
  t.is(run('secrets').status, 0)
  const names = readdirSync(path.join(folder, 'secrets'))
  const read = (name: string): string => readFileSync(path.join(folder, 'secrets', name), 'utf8')
  for (const name of ['token_keys', 'receipt_key']) {
    const before = read(name)
    const words = ['-c', 'ulimit -f 0; exec "$@"', 'sh', process.execPath, script, '--new', name, 'secrets']
    const { status, stderr } = spawnSync('sh', words, { cwd: folder, encoding: 'utf8' })

    t.is(status, 1)
    t.regex(stderr, /could not be replaced, and is as it was: Error: EFBIG/)
    t.is(read(name), before)
  }
  t.deepEqual(readdirSync(path.join(folder, 'secrets')), names)
})

test('a new key is refused where there is no folder, and of what is no key', (t) => {
  const { folder, run } = setting(t)

  t.regex(run('--new', 'token_keys', 'nowhere').stderr, /nowhere is not there/)
  t.regex(run('--new', 'mysql_password', '.').stderr, /No key is called mysql_password/)
  t.deepEqual(readdirSync(folder), [])
})

test('help is shown, and what is no folder is refused, without writing anything', (t) => {
  const { folder, run } = setting(t)

  for (const option of ['--help', '-h']) {
    const { status, stdout } = run(option)
    t.is(status, 0)
    t.regex(stdout, /npm run secrets \[-- FOLDER\]/)
  }
  for (const args of [['--halp'], ['--folder', 'x'], ['one', 'two'], ['']]) {
    const { status, stderr } = run(...args)
    t.is(status, 1, args.join(' '))
    t.regex(stderr, /npm run secrets/)
  }

  t.deepEqual(readdirSync(folder), [])
  t.false(existsSync(path.join(projectFolder, '--help')))
})

test('a machine that has Node and nothing else makes them', (t) => {
  const { folder } = setting(t)
  cpSync(path.join(projectFolder, 'tools'), path.join(folder, 'tools'), {
    recursive: true,
    filter: (file) => !file.includes('node_modules'),
  })

  const { status, stderr } = spawnSync(process.execPath, [path.join(folder, 'tools', 'make-secrets.ts')], {
    encoding: 'utf8',
  })

  t.is(status, 0, stderr)
  t.true(readdirSync(path.join(folder, 'secrets')).includes('receipt_key'))
})

function setting(t: ExecutionContext) {
  const folder = mkdtempSync(path.join(tmpdir(), 'madang-secrets-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const run = (...args: string[]) => spawnSync(process.execPath, [script, ...args], { cwd: folder, encoding: 'utf8' })
  return { folder, run }
}
