import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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

const stack = "DATABASE_URL='mysql://stack'\nREDIS_URL='redis://stack'\nMEDIA_FOLDER='/stack/media'\n"
const site = 'DATABASE_URL_FILE=/etc/madang/database_url\nREDIS_URL_FILE=/etc/madang/redis_url\n'

test('a site whose addresses are files of .env has nothing of the stack beside it', (t) => {
  const { tell } = project(t)

  t.deepEqual(tell({ dotEnv: site }), {
    DATABASE_URL_FILE: '/etc/madang/database_url',
    REDIS_URL_FILE: '/etc/madang/redis_url',
  })
  t.deepEqual(tell({ dotEnv: 'REDIS_URL_FILE=/redis_url\n' }), { REDIS_URL_FILE: '/redis_url' })
  t.like(tell({ dotEnv: '' }), { DATABASE_URL: 'mysql://stack', MEDIA_FOLDER: '/stack/media' })
})

test('what is typed, or named by --data, is not undone by a file that .env names', (t) => {
  const { folder, tell } = project(t)

  t.deepEqual(tell({ dotEnv: site, env: { DATABASE_URL: 'mysql://typed' } }), {
    DATABASE_URL: 'mysql://typed',
    REDIS_URL_FILE: '/etc/madang/redis_url',
  })
  t.deepEqual(tell({ dotEnv: 'DATABASE_URL=mysql://site\n', env: { DATABASE_URL_FILE: '/owner' } }), {
    DATABASE_URL_FILE: '/owner',
  })
  const named = tell({ dotEnv: site, env: { REDIS_URL_FILE: '/typed' }, args: ['--data', `${folder}/.data/local`] })
  t.deepEqual(named, { DATABASE_URL: 'mysql://stack', REDIS_URL: 'redis://stack', MEDIA_FOLDER: '/stack/media' })
})

test('what is empty keeps nothing out but itself', (t) => {
  const { tell } = project(t)
  const files = { DATABASE_URL_FILE: '/etc/madang/database_url', REDIS_URL_FILE: '/etc/madang/redis_url' }

  t.deepEqual(tell({ dotEnv: site, env: { DATABASE_URL: '' } }), { ...files, DATABASE_URL: '' })
  const plain = 'DATABASE_URL=mysql://site\nREDIS_URL=redis://site\n'
  const given = { DATABASE_URL: 'mysql://site', REDIS_URL: '' }
  t.deepEqual(tell({ dotEnv: plain, env: { DATABASE_URL_FILE: '', REDIS_URL: '' } }), {
    ...given,
    DATABASE_URL_FILE: '',
  })
})

test('who names no service has the stack beside the command, also by names without an address', (t) => {
  const { tell } = project(t)
  const all = { DATABASE_URL: 'mysql://stack', REDIS_URL: 'redis://stack', MEDIA_FOLDER: '/stack/media' }

  t.deepEqual(tell({ dotEnv: 'DATABASE_URL=\nREDIS_URL=\nMEDIA_FOLDER=\n' }), all)
  t.deepEqual(tell({ dotEnv: '', env: { DATABASE_URL: '', REDIS_URL_FILE: '' } }), { ...all, REDIS_URL_FILE: '' })
  t.deepEqual(tell({ dotEnv: 'MEDIA_FOLDER=/mine\n', env: { DATABASE_URL: '' } }), { ...all, MEDIA_FOLDER: '/mine' })
  t.deepEqual(tell({ dotEnv: 'REDIS_URL=redis://site\n', env: { DATABASE_URL: '' } }), {
    DATABASE_URL: '',
    REDIS_URL: 'redis://site',
  })
  // Whoever keeps out what a site is called means no other.
  const plain = 'DATABASE_URL=mysql://site\nREDIS_URL=redis://site\n'
  const empty = { DATABASE_URL: '', REDIS_URL: '' }
  t.deepEqual(tell({ dotEnv: plain, env: empty }), empty)
})

test('a command that fails with one address of two says how the stack is named, and no other does', (t) => {
  const { folder, runWith } = project(t)
  writeFileSync(path.join(folder, 'fails.mjs'), `console.error('DATABASE_URL: required')\nprocess.exit(1)\n`)
  const failed = (dotEnv: string, args: string[] = []): string => {
    const { status, stderr } = runWith({ dotEnv, script: 'fails.mjs', args })
    t.is(status, 1)
    return stderr.replace('DATABASE_URL: required\n', '')
  }
  const says = (name: string): RegExp => new RegExp(`^${name} is not given, .*: .* say --data \\.data/local first\\n$`)

  t.regex(failed('REDIS_URL_FILE=/redis_url\n'), says('DATABASE_URL'))
  t.regex(failed('DATABASE_URL=mysql://site\n'), says('REDIS_URL'))
  t.is(failed('REDIS_URL_FILE=/redis_url\n', ['--data', `${folder}/.data/local`]), '')
  for (const dotEnv of [site, '']) t.is(failed(dotEnv), '')
  rmSync(path.join(folder, '.data'), { recursive: true })
  t.is(failed('REDIS_URL_FILE=/redis_url\n'), '')
})

/** A checkout of its own, with a stack in its usual place and a command that says what it is told of services and folders. */
function project(t: ExecutionContext) {
  const folder = mkdtempSync(path.join(tmpdir(), 'madang-command-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const filter = (file: string): boolean => !file.includes('node_modules')
  cpSync(path.join(projectFolder, 'tools'), path.join(folder, 'tools'), { recursive: true, filter })
  mkdirSync(path.join(folder, '.data', 'local'), { recursive: true })
  writeFileSync(path.join(folder, '.data', 'local', 'stack.env'), stack)
  const told = 'Object.fromEntries(Object.entries(process.env).filter(([name]) => /_URL|_FOLDER/.test(name)))'
  writeFileSync(path.join(folder, 'told.mjs'), `process.stdout.write(JSON.stringify(${told}))\n`)
  const runWith = ({ dotEnv, env = {}, args = [], script = 'told.mjs' }: Told) => {
    writeFileSync(path.join(folder, '.env'), dotEnv)
    const command = [path.join(folder, 'tools', 'command.ts'), script, ...args]
    return spawnSync(process.execPath, command, { env: { PATH: process.env['PATH'], ...env }, encoding: 'utf8' })
  }
  const tell = (given: Told) => {
    const { stdout, stderr } = runWith(given)
    t.is(stderr, '')
    return JSON.parse(stdout) as unknown
  }
  return { folder, runWith, tell }
}

interface Told {
  dotEnv: string
  env?: NodeJS.ProcessEnv
  args?: string[]
  script?: string
}

test('a folder that holds no stack, and none at all, are said in one sentence', (t) => {
  const nowhere = run(t, (folder) => ['--data', path.join(folder, 'nowhere')])
  t.is(nowhere.status, 1)
  t.regex(nowhere.stderr, /^\S+stack\.env is not there: has npm start been run with --data \S+\?\n$/)
  t.is(nowhere.told, undefined)

  t.regex(run(t, () => ['--data']).stderr, /^--data wants the folder that npm start was given\n$/)
})
