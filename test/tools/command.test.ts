import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { projectFolder } from '../../tools/paths.ts'

const settings = ['DATABASE_URL', 'MEDIA_FOLDER', 'MADANG_STACK', 'POSTS_PER_HOUR'] as const

/** Runs a command that prints its arguments and what it was told. */
function run(t: ExecutionContext, args: (folder: string) => string[]) {
  const folder = mkdtempSync(path.join(tmpdir(), 'madang-command-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const script = path.join(folder, 'told.mjs')
  const told = `{ args: process.argv.slice(2), env: ${JSON.stringify(settings)}.map((name) => process.env[name] ?? '') }`
  writeFileSync(script, `process.stdout.write(JSON.stringify(${told}))\n`)
  writeFileSync(path.join(folder, 'stack.env'), `DATABASE_URL='mysql://stack'\nMEDIA_FOLDER='${folder}/media'\n`)
  const tool = path.join(projectFolder, 'tools', 'command.ts')
  const env = { PATH: process.env['PATH'], DATABASE_URL: 'mysql://elsewhere', POSTS_PER_HOUR: '7' }
  const command = [tool, path.relative(projectFolder, script), ...args(folder)]
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { env, encoding: 'utf8' })
  return { folder, status, stderr, told: stdout === '' ? undefined : JSON.parse(stdout) }
}

test('a command with --data is told of the stack that was started with it, whatever else is set', (t) => {
  const { folder, told, stderr } = run(t, (data) => ['--data', data, '--members', '5'])

  const env = ['mysql://stack', `${folder}/media`, `${folder}/stack.json`, '7']
  t.deepEqual(told, { args: ['--members', '5'], env }, stderr)
})

test('without it the environment says where the services are', (t) => {
  const { told, stderr } = run(t, () => ['alice', '--data', 'admin'])

  t.deepEqual(told, { args: ['alice', '--data', 'admin'], env: ['mysql://elsewhere', '', '', '7'] }, stderr)
})

test('a folder that holds no stack, and none at all, are said in one sentence', (t) => {
  const nowhere = run(t, (folder) => ['--data', path.join(folder, 'nowhere')])
  t.is(nowhere.status, 1)
  t.regex(nowhere.stderr, /^\S+stack\.env is not there: has npm start been run with --data \S+\?\n$/)
  t.is(nowhere.told, undefined)

  t.regex(run(t, () => ['--data']).stderr, /^--data wants the folder that npm start was given\n$/)
})
