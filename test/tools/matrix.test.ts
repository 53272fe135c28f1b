import { readFileSync } from 'node:fs'
import path from 'node:path'
import test from 'ava'
import { chooseOthers, others, versionOf } from '../../tools/other-services.ts'
import type { Other } from '../../tools/other-services.ts'
import { projectFolder } from '../../tools/paths.ts'
import { Problem } from '../../tools/problem.ts'
import { readCompose } from '../support/compose.ts'

const names = others.map(({ name }) => name)

function other(name: string): Other {
  const found = others.find((one) => one.name === name)
  if (found === undefined) throw new Error(`${name} is not in the matrix`)
  return found
}

test('what compose runs is in the matrix by its version', (t) => {
  const { services } = readCompose()
  const dockerfile = readFileSync(path.join(projectFolder, 'Dockerfile'), 'utf8')
  const [, front = ''] = /^FROM (nginx:\S+) AS nginx$/m.exec(dockerfile) ?? []

  for (const image of [services['mysql']?.image ?? '', services['redis']?.image ?? '', front]) {
    const [program = '', version = ''] = image.split(':')
    t.true(version !== '' && other(`${program}-${version}`).version?.startsWith(version), image)
  }
})

test('a name chooses one, a name without its version all of its kind, and everything else is for the tests', (t) => {
  const chosenBy = (...words: string[]) => {
    const { chosen, rest } = chooseOthers(words)
    return { chosen: chosen.map(({ name }) => name), rest }
  }

  t.deepEqual(chosenBy('mysql-9.7', 'test/ledger'), { chosen: ['mysql-9.7'], rest: ['test/ledger'] })
  t.deepEqual(chosenBy('test/admin', 'mariadb').chosen, ['mariadb-10.11', 'mariadb-11.8'])
  t.deepEqual(chosenBy('--proof'), { chosen: names, rest: ['--proof'] })
  t.deepEqual(chosenBy('maria', 'mysql-9').chosen, names, 'half a name is none')
})

test('a version is read from what each program says of itself, wherever it lies', (t) => {
  const said: [name: string, text: string, version: string][] = [
    [
      'mariadb-10.11',
      '/data/mariadb-10.11/bin/mariadbd  Ver 10.11.14-MariaDB-0+deb12u2 for debian-linux-gnu',
      '10.11.14',
    ],
    ['mysql-9.7', '/a/mysql-9.6/usr/sbin/mysqld  Ver 9.7.0-1 for Linux on x86_64 ((Debian))', '9.7.0'],
    ['redis-8', 'Redis server v=8.0.2 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64', '8.0.2'],
    ['valkey', 'Valkey server v=9.0.0 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64', '9.0.0'],
    ['nginx-1.30', 'nginx version: nginx/1.30.6\n', '1.30.6'],
  ]

  for (const [name, text, version] of said) t.is(versionOf(other(name), text), version)
})

test('where a release has gone on to another version, nothing is tried under the name of the old one', (t) => {
  const newer = t.throws(() => versionOf(other('mysql-9.7'), 'mysqld  Ver 9.71.0 for Linux'), { instanceOf: Problem })
  t.regex(newer?.message ?? '', /^mysql-9\.7: Debian unstable has another one by now \(9\.71\.0\)/)

  const silent = t.throws(() => versionOf(other('valkey'), 'Illegal instruction\n'), { instanceOf: Problem })
  t.regex(silent?.message ?? '', /no version in "Illegal instruction"/)
})
