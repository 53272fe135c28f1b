import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseEnv } from 'node:util'
import test from 'ava'
import { finishMs } from '../../src/app.ts'
import { describeSettings, loadConfig } from '../../src/config.ts'
import { closeGraceMs } from '../../src/platform/ws/connection.ts'
import { nginxArguments } from '../../tools/nginx.ts'
import { projectFolder } from '../../tools/paths.ts'
import { receiptKey } from '../support/world.ts'

/** The units of deploy/systemd: systemd takes them, and what they name is there. */

const folder = path.join(projectFolder, 'deploy/systemd')
const read = (file: string): string => readFileSync(path.join(projectFolder, file), 'utf8')
const units = globSync('madang*', { cwd: folder }).toSorted()
const settingsFile = parseEnv(read('deploy/systemd/settings.env'))
const settings = describeSettings()
const guide =
  read('docs/operations.md')
    .split(/^## /m)
    .find((part) => part.startsWith('By systemd\n')) ?? ''

/** What a unit says under a name; all lines of it. */
const said = (unit: string, name: string): string[] =>
  [...read(`deploy/systemd/${unit}`).matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value)

/** What a unit starts: the environment that it sets, and the words behind it, as of its first instance. */
function startOf(unit: string): { env: Record<string, string>; words: string[] } {
  const [line = '', ...more] = said(unit, 'ExecStart')
  if (more.length > 0) throw new Error(`${unit} starts several`)
  const words = line.replaceAll('%i', '1').split(' ')
  if (words[0] !== '/usr/bin/env') return { env: {}, words }
  const first = words.findIndex((word, index) => index > 0 && !word.includes('='))
  const pairs = words.slice(1, first).map((word): [string, string] => {
    const [name = '', value = ''] = word.split('=')
    return [name, value]
  })
  return { env: Object.fromEntries(pairs), words: words.slice(first) }
}

const processes = { 'madang-server@.service': 'src/server.ts', 'madang-worker@.service': 'workers/main.ts' } as const
const isThere = spawnSync('systemd-analyze', ['--version']).status === 0
const withSystemd = isThere ? test : test.skip

withSystemd('systemd takes each unit as it is, with programs that are there', (t) => {
  const copies = mkdtempSync(path.join(tmpdir(), 'madang-units-'))
  t.teardown(() => rmSync(copies, { recursive: true }))
  mkdirSync(path.join(copies, 'bin'))
  for (const name of units) {
    // It looks whether a program is there, and Nginx and Node may be elsewhere on this machine.
    const text = read(`deploy/systemd/${name}`).replaceAll(/\/usr\/(s?bin)\/(nginx|node)/g, '/bin/true')
    writeFileSync(path.join(copies, name), text)
  }

  t.is(units.length, 6)
  for (const name of units) {
    const instance = name.replace('@.', '@1.')
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', path.join(copies, instance)], {
      encoding: 'utf8',
      timeout: 60_000,
    })
    const ours = stderr.split('\n').filter((line) => line.includes('madang'))
    t.deepEqual([status, ours], [0, []], `${name}: ${stderr}`)
  }
})

test('what they start is there, as this project starts it', (t) => {
  for (const [unit, script] of Object.entries(processes)) {
    const { words } = startOf(unit)
    t.is(words[0], '/usr/bin/node')
    t.is(words.at(-1), script)
    t.true(existsSync(path.join(projectFolder, script)))
    t.deepEqual(said(unit, 'WorkingDirectory'), ['/srv/madang'])
    t.deepEqual(said(unit, 'EnvironmentFile'), ['/srv/madang/.env'])
  }
  const [, command = ''] = /^CMD (\[.*\])$/m.exec(read('Dockerfile')) ?? []
  t.deepEqual(startOf('madang-server@.service').words.slice(1), (JSON.parse(command) as string[]).slice(1))
  const asTold = nginxArguments({ folder: '/var/lib/madang-nginx', errorLog: 'stderr' }).join(' ')
  t.is(startOf('madang-nginx.service').words.slice(1).join(' ').replaceAll("'", ''), asTold)
})

test('every setting that they name is one, and together they are enough for both', (t) => {
  const names = new Set(settings.map(({ name }) => name))
  const ofNginx = ['tools/nginx-config.ts', 'docs/nginx.md'].map(read).join('\n')
  const isKnown = (name: string): boolean =>
    names.has(name) || names.has(name.replace(/_FILE$/, '')) || (name.startsWith('MADANG_') && ofNginx.includes(name))
  const own = Object.keys(processes).map((unit) => startOf(unit).env)
  const given = [settingsFile, ...own].flatMap((env) => Object.keys(env))

  t.true(given.length > 15)
  t.deepEqual(
    given.filter((name) => !isKnown(name) && !['NODE_ENV', 'TZ'].includes(name)),
    [],
  )
  const secrets = {
    DATABASE_URL: 'mysql://madang@127.0.0.1/madang',
    REDIS_URL: 'redis://127.0.0.1',
    TOKEN_KEYS: `a:${Buffer.alloc(32, 1).toString('base64')}`,
    RECEIPT_KEY: receiptKey,
  }
  const plain = Object.entries(settingsFile).filter(([name]) => !name.endsWith('_FILE'))
  t.deepEqual(
    Object.keys(settingsFile)
      .filter((name) => name.endsWith('_FILE'))
      .toSorted(),
    Object.keys(secrets)
      .map((name) => `${name}_FILE`)
      .toSorted(),
  )
  for (const env of own) {
    const config = loadConfig({ ...secrets, ...Object.fromEntries(plain), ...env })
    t.is(config.SERVER_NAME, env['SERVER_NAME'] ?? 'none')
  }
})

test('Nginx asks the servers where they listen, and they may write where they are told to', (t) => {
  const sockets = (settingsFile['MADANG_SERVERS'] ?? '').split(' ')
  const { env } = startOf('madang-server@.service')
  t.is(sockets[0], `unix:${env['LISTEN_FILE']}`)
  t.is(path.dirname(env['LISTEN_FILE'] ?? ''), `/run/${said('madang-server@.service', 'RuntimeDirectory')[0]}`)
  // Without it the first of them that stops would take the sockets of the others with it.
  t.deepEqual(said('madang-server@.service', 'RuntimeDirectoryPreserve'), ['yes'])
  for (const unit of Object.keys(processes)) {
    const [state = ''] = said(unit, 'StateDirectory')
    for (const name of ['MEDIA_FOLDER', 'TRANSCRIPTS_FOLDER'])
      t.is(path.dirname(settingsFile[name] ?? ''), `/var/lib/${state}`)
    t.deepEqual(said(unit, 'ProtectSystem'), ['strict'])
    t.deepEqual(said(unit, 'User'), ['madang'])
  }
  const [logs = ''] = said('madang-nginx.service', 'LogsDirectory')
  const rotated = /^(\S+) \{$/m.exec(read('deploy/systemd/logrotate'))?.[1] ?? ''
  for (const name of ['MADANG_ACCESS_LOG', 'MADANG_ERROR_LOG']) {
    t.is(path.dirname(settingsFile[name] ?? ''), `/var/log/${logs}`)
    t.true(path.matchesGlob(settingsFile[name] ?? '', rotated), rotated)
  }
})

test('the backup of a night is that of a cluster, has all that its script asks for, and may write where it is told to', (t) => {
  const unit = 'madang-backup.service'
  const { words } = startOf(unit)
  const script = read(words.at(-1) ?? '')
  const given = Object.fromEntries(
    said(unit, 'Environment')
      .flatMap((line) => line.split(' '))
      .map((pair) => pair.split('=') as [string, string]),
  )
  const asked = new Set([...script.matchAll(/\$\{?(BACKUPS_\w+)/g)].map(([, name = '']) => name))

  t.deepEqual(words, ['/bin/sh', 'deploy/kubernetes/components/backup/nightly.sh'])
  t.deepEqual([...asked].toSorted(), Object.keys(given).toSorted())
  t.deepEqual(said(unit, 'ReadWritePaths'), [given['BACKUPS_FOLDER']])
  t.true(
    guide.includes(
      `install -d -m 700 -o ${said(unit, 'User')[0]} -g ${said(unit, 'Group')[0]} ${given['BACKUPS_FOLDER']}\n`,
    ),
  )
  for (const name of ['User', 'Group', 'WorkingDirectory', 'EnvironmentFile'])
    t.deepEqual(said(unit, name), said('madang-worker@.service', name))
  t.true(guide.includes('systemctl enable --now madang-backup.timer'))
  t.true(guide.includes(`the last ${given['BACKUPS_KEPT']} is \`BACKUPS_KEPT\``))
})

test('another version replaces workers, then servers, each asked at its own port, and the client behind them', (t) => {
  const [, update = ''] = /^\*\*Another version\*\*[\s\S]*?```sh\n([\s\S]*?)```/m.exec(guide) ?? []
  const at = (part: string): number => {
    t.true(update.includes(part), part)
    return update.indexOf(part)
  }
  const [, each = ''] = /^for each in (.*); do$/m.exec(update) ?? []
  const ports = {
    worker: ['madang-worker@.service', 'WORKER_PORT'],
    server: ['madang-server@.service', 'PORT'],
  } as const
  const expected = (['worker', 'server'] as const).flatMap((kind) => {
    const [unit, setting] = ports[kind]
    const first = Number(startOf(unit).env[setting])
    return [1, 2].map((number) => `${kind}@${number}:${first + number - 1}`)
  })

  t.is(each, expected.join(' '))
  const order = [
    'npm run web',
    'npm run migrate',
    'ln -sfn',
    'systemctl restart',
    'npm run nginx',
    'systemctl reload',
  ].map(at)
  t.deepEqual(
    order,
    order.toSorted((a, b) => a - b),
  )
  t.true(at('cd /srv/madang-2') < at('npm ci'), 'beside what runs')
})

test('a certificate is there before Nginx is, and its renewal goes by the folder that Nginx shows', (t) => {
  const first = guide.indexOf('certbot certonly')
  t.true(first > 0 && first < guide.indexOf('npm run nginx'))
  t.true(
    guide.includes(
      `--webroot -w ${settingsFile['MADANG_CHALLENGES_FOLDER']} --deploy-hook 'systemctl reload madang-nginx'`,
    ),
  )
})

test('commands are said as the user of the servers, who is to read what they write', (t) => {
  const row =
    read('docs/operations.md')
      .split('\n')
      .find((line) => line.startsWith('| [by systemd]')) ?? ''
  t.true(row.includes(`runuser -u ${said('madang-server@.service', 'User')[0]} -- npm run`))
})

test('who is told to stop has the time that it needs', (t) => {
  const drain = Number(settings.find(({ name }) => name === 'DRAIN_SECONDS')?.standard)
  const closing = 10
  const needed = drain + closeGraceMs / 1000 + finishMs / 1000
  const [server] = said('madang-server@.service', 'TimeoutStopSec').map(Number)
  const [worker] = said('madang-worker@.service', 'TimeoutStopSec').map(Number)

  t.true((server ?? 0) >= needed + closing, `${server} s for ${needed} s`)
  t.true((worker ?? 0) >= 60)
  t.true(
    guide.includes(`${server} seconds after SIGTERM (\`TimeoutStopSec\`), which is ${(server ?? 0) - needed} more`),
  )
  t.true(guide.includes(`\`DRAIN_SECONDS\` of ${drain};`))
  for (const unit of Object.keys(processes)) t.deepEqual(said(unit, 'KillMode'), ['mixed'])
})

/** As many files as Linux gives one process (fs.nr_open), of which root's shell may have all. */
const filesOfAProcess = 1_048_576

test('Nginx may open what the shell that made its configuration may, and no unit ends by a call that systemd does not know', (t) => {
  t.deepEqual(said('madang-nginx.service', 'LimitNOFILE').map(Number), [filesOfAProcess])
  for (const unit of units.filter((name) => said(name, 'SystemCallFilter').length > 0))
    t.deepEqual(said(unit, 'SystemCallErrorNumber'), ['EPERM'], unit)
})

test('the guide names files and units that there are, and asks at the ports that they have', (t) => {
  const files = [...guide.matchAll(/deploy\/systemd\/([\w.-]+)/g)].map(([, file = '']) => file)
  t.true(files.length >= 3)
  for (const file of files) t.true(globSync(`${file}*`, { cwd: folder }).length > 0, file)
  const named = [
    ...guide.matchAll(/\bmadang(?:-\w+)?(?:@\d?(?:\.service)?|\.(?:target|timer|service)|-nginx(?= ))/g),
  ].map(([name]) => name)
  t.true(named.length >= 10)
  for (const name of named) {
    const unit = name.replace(/@\d?(\.service)?$/, '@.service')
    t.true(units.includes(unit) || units.includes(`${unit}.service`), name)
  }
  for (const [unit, setting] of [
    ['madang-server@.service', 'PORT'],
    ['madang-worker@.service', 'WORKER_PORT'],
  ] as const) {
    t.true(guide.includes(startOf(unit).env[setting] ?? 'nothing'))
  }
})
