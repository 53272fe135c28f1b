import { spawnSync } from 'node:child_process'
import { createServer } from 'node:http'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import test from 'ava'
import { unitsFrom } from '../../bench/capacity/units.ts'
import { readKept } from '../../bench/report/keep.ts'
import { finishMs } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { closeGraceMs } from '../../src/platform/ws/connection.ts'
import { serverOptions } from '../../tools/mariadb.ts'
import { standardLimits } from '../../tools/nginx.ts'
import { projectFolder } from '../../tools/paths.ts'
import { serverSettings } from '../../tools/redis.ts'
import { ask } from '../../tools/services/shell.ts'
import { readCompose } from '../support/compose.ts'
import type { ComposeService } from '../support/compose.ts'
import { listening } from '../support/listening.ts'
import { mibOfNginx } from '../support/nginx-memory.ts'

/** How containers are kept: what they may do, how much they may take, when they start, and that they run what npm start runs. */

const { services, volumes } = readCompose()
const all = Object.entries(services)
const once = ['migrate', 'seed']
const lasting = all.filter(([name]) => !once.includes(name))
const read = (file: string): string => readFileSync(path.join(projectFolder, file), 'utf8')
const image = read('Dockerfile')

const mib = (size: string): number => {
  const [, number = '', unit = ''] = /^(\d+)(m|g|mb)$/i.exec(size) ?? []
  return Number(number) * (unit.toLowerCase() === 'g' ? 1024 : 1)
}
const memoryOf = (name: string): number => mib(services[name]?.deploy.resources.limits.memory ?? '')

test('no container is root, may write to its own files, or has a privilege', (t) => {
  t.true(all.length >= 9)
  for (const [name, one] of all) {
    const user = one.user ?? (one.image?.startsWith('madang:') === true ? /^USER (\w+)$/m.exec(image)?.[1] : undefined)
    t.truthy(user, name)
    t.false(['root', '0', '0:0'].includes(user ?? ''), name)
    t.true(one.read_only, name)
    t.deepEqual(one.cap_drop, ['ALL'], name)
    t.deepEqual(one.security_opt, ['no-new-privileges:true'], name)
  }
})

test('what is written goes to a volume that stays, or to memory of a known size', (t) => {
  for (const [name, one] of all) {
    for (const mount of one.tmpfs ?? []) t.regex(mount, /[:,]size=\d+m/, `${name}: ${mount}`)
    for (const mount of one.volumes ?? []) {
      const [source = '', , mode] = typeof mount === 'string' ? mount.split(':') : [mount.source]
      t.true(source in volumes || (source.startsWith('./') && mode === 'ro'), `${name}: ${source}`)
    }
  }
  const kept = (name: string) => (services[name]?.volumes ?? []).filter((one) => typeof one === 'string')
  t.true(kept('mysql').includes('mysql:/var/lib/mysql'))
  t.true(kept('redis').includes('redis:/data'))
  for (const name of ['server-1', 'server-2', 'more-servers', 'worker']) {
    t.deepEqual(kept(name), ['transcripts:/data/transcripts', 'media:/data/media'], name)
  }
})

test('a volume takes over the owner of one folder of one image, and that is who writes to it', (t) => {
  const copied = new Map<string, Set<string>>()
  for (const { image: from = '', user = 'node', volumes: mounts = [] } of Object.values(services)) {
    for (const mount of mounts) {
      const [source = '', target] = typeof mount === 'string' ? mount.split(':') : [mount.source, mount.target]
      const isCopied = typeof mount === 'string' || JSON.stringify(mount.volume) !== '{"nocopy":true}'
      if (!(source in volumes) || !isCopied) continue
      copied.set(source, (copied.get(source) ?? new Set()).add(`${from} ${target} ${user}`))
    }
  }
  const ofOurs = (name: string) => `madang:latest /data/${name} node`
  t.deepEqual(Object.fromEntries([...copied].map(([name, by]) => [name, [...by]])), {
    transcripts: [ofOurs('transcripts')],
    media: [ofOurs('media')],
    mysql: ['mysql:9.7 /var/lib/mysql mysql'],
    // That of the image is for everybody to write to.
    'mysql-tmp': ['mysql:9.7 /tmp mysql'],
    redis: ['redis:8 /data redis'],
    prometheus: ['prom/prometheus:v3.5.0 /prometheus 65534:65534'],
    grafana: ['grafana/grafana:12.1.0 /var/lib/grafana 472:0'],
  })
  t.regex(image, /^RUN mkdir -p \/data\/transcripts \/data\/media && chown -R node:node \/data$/m)
})

test('logs are turned over, and who ends comes back', (t) => {
  for (const [name, { logging, restart }] of all) {
    t.deepEqual(logging, { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '5' } }, name)
    t.is(restart, once.includes(name) ? 'no' : 'unless-stopped', name)
  }
})

test('each has a bound of memory, processors and processes', (t) => {
  for (const [name, one] of all) {
    const { memory, cpus, pids } = one.deploy.resources.limits
    t.true(mib(memory) >= 256 && mib(memory) <= 4096, `${name}: ${memory}`)
    // Docker starts nothing that may have more processors than there are; two are what Madang asks for.
    t.true(Number(cpus) > 0 && Number(cpus) <= 2, `${name}: ${cpus}`)
    t.true(pids >= 32 && pids <= 2048, `${name}: ${pids}`)
  }
})

/** Whom a server is planned for, by docs/compose.md; with a socket and a stream each. */
const people = 15_000

test('a bound of memory is one that what is in it fits into', (t) => {
  const [, percent = ''] = /^--max-old-space-size-percentage=(\d+)$/.exec(nodeOptions()) ?? []
  const [, semiSpace = ''] = /--max-semi-space-size=(\d+)/.exec(image) ?? []
  // Three semi-spaces, two pictures of the most pixels (docs/compose.md), two argon2id, and 200 MiB for Node itself, sockets and their buffers.
  const beside = 3 * Number(semiSpace) + 2 * 192 + 2 * 19 + 200
  t.true(Number(percent) > 0)
  for (const name of ['server-1', 'more-servers', 'worker']) {
    t.true((memoryOf(name) * Number(percent)) / 100 + beside <= memoryOf(name), name)
  }

  const [, maxmemory = ''] = /--maxmemory (\w+)/.exec(commandOf('redis')) ?? []
  t.true(memoryOf('redis') >= 2 * mib(maxmemory) + 128, 'redis, while it rewrites its file')

  const { environment = {}, tmpfs = [] } = services['nginx'] ?? {}
  const uploads = Number(environment['MADANG_UPLOADS_AT_ONCE']) * mib(environment['MADANG_UPLOAD_MAX'] ?? '')
  const room = mib(/size=(\w+)/.exec(tmpfs.join())?.[1] ?? '')
  t.true(uploads > 0 && room >= uploads, 'uploads that are under way')
  t.true(memoryOf('nginx') >= room + mibOfNginx(people), 'and the connections of people')

  const [, pool = ''] = /--innodb-buffer-pool-size=(\w+)/.exec(commandOf('mysql')) ?? []
  const [, connections = ''] = /--max-connections=(\d+)/.exec(commandOf('mysql')) ?? []
  t.true(memoryOf('mysql') >= mib(pool.toLowerCase()) + Number(connections) + 512, 'mysql')
  t.true((services['mysql']?.deploy.resources.limits.pids ?? 0) >= Number(connections) + 100)
})

test('a server has room for the people whom it is planned for', (t) => {
  const units = unitsFrom(readKept())
  const [, percent = ''] = /^--max-old-space-size-percentage=(\d+)$/.exec(nodeOptions()) ?? []
  const kibOfOne = (units.values['socket, KiB'] ?? NaN) + (units.values['stream, KiB'] ?? NaN)

  t.true(read('docs/compose.md').includes('the fifteen thousand people whom half a core serves'))
  t.true((memoryOf('server-1') * 1024 * Number(percent)) / 100 / kibOfOne >= people)
})

test('Nginx has connections for as many people as one server, and files for all connections', (t) => {
  const { environment = {}, ulimits } = services['nginx'] ?? {}
  const connections = Number(environment['MADANG_WORKER_CONNECTIONS'])

  // A socket is one to Nginx and one from there to a server, and so is a stream.
  t.true(Number(environment['MADANG_WORKERS']) * connections >= 4 * people)
  t.is(Number(ulimits?.nofile), 2 * connections)
})

test('a server is given the time that its drain takes', (t) => {
  const needed = { DATABASE_URL: 'mysql://db', REDIS_URL: 'redis://redis', TOKEN_KEYS: 'k:x' }
  const { DRAIN_SECONDS } = loadConfig(needed)
  const closing = 10
  const beside = (closeGraceMs + finishMs) / 1000 + closing
  const page = read('docs/compose.md')
  const grace = (env: Record<string, string>) =>
    ['server-1', 'server-2', 'more-servers'].map((name) => readCompose([], env).services[name]?.stop_grace_period)

  t.deepEqual(new Set(grace({})), new Set(['40s']))
  t.true(DRAIN_SECONDS + beside <= 40, `${DRAIN_SECONDS} s and ${beside} s`)
  t.deepEqual(new Set(grace({ MADANG_SERVER_GRACE: '120s' })), new Set(['120s']))
  t.true(page.includes(`${beside} more than \`DRAIN_SECONDS\``), `${beside}`)
})

test('Node takes the share of memory that it is given', (t) => {
  const { status, stdout } = spawnSync(
    process.execPath,
    ['-p', `[require('v8').getHeapStatistics().heap_size_limit, os.totalmem()].join()`],
    { env: { ...process.env, NODE_OPTIONS: nodeOptions() }, encoding: 'utf8' },
  )
  const [limit = 0, memory = 0] = stdout.split(',').map(Number)

  t.is(status, 0)
  t.true(limit / memory > 0.45 && limit / memory < 0.6, stdout)
})

test('all that goes on is asked whether it is well, and nobody starts before what they stand on', (t) => {
  for (const [name, { healthcheck }] of lasting) {
    t.truthy(healthcheck, name)
    t.true(['CMD', 'CMD-SHELL'].includes(healthcheck?.test[0] ?? ''), name)
    for (const time of ['interval', 'timeout', 'start_period'] as const) t.regex(healthcheck?.[time] ?? '', /^\d+s$/)
  }
  const after = (name: string) =>
    Object.entries(services[name]?.depends_on ?? {}).map(([other, { condition }]) => `${other} ${condition}`)
  const backing = ['mysql service_healthy', 'redis service_healthy']
  t.deepEqual(after('migrate'), backing)
  for (const name of ['server-1', 'server-2', 'more-servers', 'worker', 'seed']) {
    t.deepEqual(after(name), [...backing, 'migrate service_completed_successfully'], name)
  }
  t.deepEqual(after('nginx'), ['server-1 service_healthy', 'server-2 service_healthy'])
  t.deepEqual([after('mysql'), after('redis')], [[], []])
})

for (const name of ['server-1', 'worker']) {
  test(`the check of ${name} is what its /readyz says`, async (t) => {
    let status = 200
    const server = await listening(
      createServer((req, res) => res.writeHead(req.url === '/readyz' ? status : 404).end()),
    )
    t.teardown(() => server.close())
    const [, program = '', ...args] = services[name]?.healthcheck?.test ?? []
    const [, asked] = /127\.0\.0\.1:(\d+)/.exec(args.join(' ')) ?? []
    const check = (port: number) =>
      ask(
        program,
        args.map((word) => word.replace(`127.0.0.1:${asked}`, `127.0.0.1:${port}`)),
      )

    t.true(portsOf(services[name]).includes(asked ?? ''), 'it asks where the process listens')
    t.is((await check(server.port)).code, 0)
    status = 503
    t.is((await check(server.port)).code, 1)
    server.close()
    t.is((await check(server.port)).code, 1)
  })
}

test('the check of Nginx asks where Nginx answers this machine alone, without TLS and whoever is in front', (t) => {
  const { healthcheck, environment = {} } = services['nginx'] ?? {}
  const inner = environment['MADANG_INNER_ADDRESSES'] ?? ''

  t.regex(inner, /^127\.0\.0\.1:\d+$/)
  t.is(healthcheck?.test.at(-1), `http://${inner}/livez`)
})

test('MySQL, Redis and Nginx run with the settings of npm start', (t) => {
  const mysql = services['mysql']?.command ?? []
  const own = ['--sync-binlog=1', '--innodb-buffer-pool-size=512M']
  t.deepEqual(mysql.toSorted(), [...serverOptions, ...own].toSorted())

  const redis = commandOf('redis').replaceAll('\\\n', ' ').replaceAll(/\s+/g, ' ')
  for (const line of serverSettings) t.true(redis.includes(`--${line}`), line)

  const environment = services['nginx']?.environment ?? {}
  const limits = Object.entries(standardLimits).map(([name, value]) => [
    `MADANG_${name.replaceAll(/[A-Z]/g, '_$&').toUpperCase()}`,
    String(value),
  ])
  t.true(limits.length >= 7)
  for (const [name = '', value] of limits) t.is(environment[name], value, name)
})

function nodeOptions(): string {
  return services['server-1']?.environment?.['NODE_OPTIONS'] ?? ''
}

function commandOf(name: string): string {
  return (services[name]?.command ?? []).join(' ')
}

function portsOf(one: ComposeService | undefined): string[] {
  const { PORT = '', WORKER_PORT = '' } = one?.environment ?? {}
  return [PORT, WORKER_PORT]
}
