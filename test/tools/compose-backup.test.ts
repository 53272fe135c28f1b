import { existsSync } from 'node:fs'
import path from 'node:path'
import test from 'ava'
import { projectFolder } from '../../tools/paths.ts'
import { ask } from '../../tools/services/shell.ts'
import { readCompose } from '../support/compose.ts'
import { runWithDocker } from '../support/docker.ts'
import type { DockerAnswer } from '../support/docker.ts'

/** The backup of each night of a site of compose: deploy/compose/backup as it is shipped. What its script does is in test/commands/nightly-backup.test.ts. */

const program = process.env['DOCKER_COMPOSE']
const withCompose = program === undefined ? test.skip : test
const script = path.join(projectFolder, 'deploy/compose/backup')

async function backUp(args: readonly string[], env: Record<string, string> = {}, answer: DockerAnswer = {}) {
  const given: (readonly string[])[] = []
  const docker = (words: readonly string[]): DockerAnswer => {
    given.push(words)
    return answer
  }
  return { ...(await runWithDocker(docker, script, args, env)), given }
}

const behind = (words: readonly string[], option: string): string[] =>
  words.flatMap((word, at) => (word === option ? [words[at + 1] ?? ''] : []))

test('it runs the script of each night in a container of the worker, with the folder and how many stay', async (t) => {
  const { code, given, output } = await backUp(['/backups of a site'])

  t.is(code, 0, output)
  t.is(given.length, 1)
  const [words = []] = given
  const [folder, mounted = ''] = behind(words, '-v')
  const [shipped = '', inside, ...mode] = mounted.split(':')
  t.is(folder, '/backups of a site:/backups')
  t.true(existsSync(shipped), shipped)
  t.deepEqual(mode, ['ro'])
  t.deepEqual(behind(words, '-e'), ['BACKUPS_FOLDER=/backups', 'BACKUPS_KEPT=14'])
  t.deepEqual(words.slice(0, 5), ['compose', 'run', '--rm', '--no-deps', '-T'])
  t.deepEqual(words.slice(-3), ['worker', 'sh', inside])
  t.true('worker' in readCompose().services)
})

withCompose('Compose knows every option that it uses', async (t) => {
  const { given } = await backUp(['/backups'])
  const [, command = '', ...rest] = given[0] ?? []
  const used = rest.slice(0, rest.indexOf('worker')).filter((word) => word.startsWith('-'))
  const { output } = await ask(program ?? '', [command, '--help'])

  t.deepEqual([command, ...new Set(used)], ['run', '--rm', '--no-deps', '-T', '-v', '-e'])
  for (const option of used) t.regex(output, new RegExp(`^ +(-\\w, )?${option}(?![\\w-])`, 'm'), option)
})

test('how many stay is said by the environment, and it ends as the backup does', async (t) => {
  const { code, given, output } = await backUp(['/backups'], { BACKUPS_KEPT: '30' }, { code: 4, output: 'DAMAGED' })

  t.is(code, 4)
  t.regex(output, /DAMAGED/)
  t.true(given[0]?.includes('BACKUPS_KEPT=30'))
})

test('without a folder, or with one that is not said from the root on, nothing is run', async (t) => {
  for (const args of [[], ['backups']]) {
    const { code, given, output } = await backUp(args)

    t.is(code, 2, output)
    t.regex(output, /say (the folder|it from)/)
    t.deepEqual(given, [])
  }
})
