import test from 'ava'
import { readAnswer } from '../../tools/advisory-answer.ts'
import { faultsOfLockFiles, lockFaults } from '../../tools/lock-file.ts'

const sum = `sha512-${'A'.repeat(86)}==`
const good = { version: '1.0.0', integrity: sum }
const lockOf = (entry: object, root: object = {}) => ({
  lockfileVersion: 3,
  packages: { '': root, 'node_modules/a': { ...good, ...entry } },
})

test('the lock files of this project are right', (t) => {
  t.deepEqual(faultsOfLockFiles(), [])
})

const wrong: [what: string, lock: Parameters<typeof lockFaults>[0], fault: RegExp][] = [
  ['an older format', { ...lockOf({}), lockfileVersion: 1 }, /lockfileVersion/],
  ['no packages', { lockfileVersion: 3 }, /no packages/],
  ['a package without its sum', lockOf({ integrity: undefined }), /node_modules\/a has no SHA-512/],
  ['a sum that is no SHA-512', lockOf({ integrity: 'sha1-abc' }), /no SHA-512/],
  ['a bundled package whose bundle has no sum', lockOf({ integrity: undefined, inBundle: true }), /no SHA-512/],
  ['a package from another host', lockOf({ resolved: 'https://evil.example/a.tgz' }), /comes from https:\/\/evil/],
  [
    'a host that only begins like ours',
    lockOf({ resolved: 'https://registry.npmjs.org.evil.example/a' }),
    /comes from/,
  ],
  ['a package from git', lockOf({ resolved: 'git+ssh://git@github.com/a/b.git#abc' }), /comes from git/],
  ['a folder', lockOf({ link: true }), /is a folder/],
  ['no version', lockOf({ version: 'git+https://x' }), /no exact version/],
  ['an install script that nobody knows', lockOf({ hasInstallScript: true }), /install script/],
  ['a package that asks for one from git', lockOf({ dependencies: { b: 'github:c/d' } }), /asks for b from github/],
  ['a package that asks for one by address', lockOf({ dependencies: { b: 'http://x/b.tgz' } }), /asks for b from http/],
  ['a short form of GitHub', lockOf({ optionalDependencies: { b: 'c/d#main' } }), /asks for b from c\/d/],
  ['a project that asks for a range', lockOf({}, { dependencies: { a: '^1.0.0' } }), /no exact version/],
  ['a project that asks for a file', lockOf({}, { devDependencies: { a: 'file:../a' } }), /no exact version/],
]

for (const [what, lock, fault] of wrong) {
  test(`a lock file with ${what} is refused`, (t) => {
    t.deepEqual(lockFaults(lockOf({})), [])
    t.regex(lockFaults(lock).join('\n'), fault)
  })
}

test('what is packed within a package needs no sum of its own', (t) => {
  const packages = { ...lockOf({}).packages, 'node_modules/a/node_modules/b': { version: '1.0.0', inBundle: true } }

  t.deepEqual(lockFaults({ lockfileVersion: 3, packages }), [])
})

const counts = { info: 0, low: 1, moderate: 0, high: 2, critical: 0 }

test('weaknesses are counted, and the grave ones named', (t) => {
  const report = {
    metadata: { vulnerabilities: counts },
    vulnerabilities: { a: { severity: 'high' }, b: { severity: 'low' } },
  }

  t.deepEqual(readAnswer(JSON.stringify(report)), { type: 'asked', counts, named: ['a (high)'] })
})

test('a registry that does not answer is never taken for one that found nothing', (t) => {
  const refused = JSON.stringify({ message: '405 Method Not Allowed', statusCode: 405, error: {} })

  t.like(readAnswer(refused), { type: 'not_asked', reason: '405 Method Not Allowed' })
  for (const output of [
    '',
    'npm: not found',
    '{}',
    '{"metadata":{"vulnerabilities":{"high":0}}}',
    '{"vulnerabilities":{}}',
  ]) {
    t.is(readAnswer(output).type, 'not_asked', output)
  }
})
