import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { parse } from 'yaml'
import { projectFolder } from '../../tools/paths.ts'
import { ask } from '../../tools/services/shell.ts'
import { readCompose } from '../support/compose.ts'
import type { Compose, ComposeService } from '../support/compose.ts'

/** What Compose itself makes of docker-compose.yml and of the files of deploy/compose, as an operator names them in .env. */

const program = process.env['DOCKER_COMPOSE']
const withCompose = program === undefined ? test.skip : test

const tls = 'deploy/compose/tls.yml'
const bucket = 'deploy/compose/bucket.yml'
const ipv6 = 'deploy/compose/ipv6.yml'
const origin = { PUBLIC_ORIGIN: 'https://madang.example.org' }
const sites: Record<string, { files?: string[]; env?: Record<string, string> }> = {
  'as it is': {},
  'with TLS': { files: [tls], env: { ...origin, MADANG_PORT: '80' } },
  'with pictures in a bucket': { files: [bucket] },
  'with people who come by IPv6': { files: [ipv6] },
  'with all of that, and as much as it can have': {
    files: [tls, bucket, ipv6],
    env: { ...origin, MADANG_MORE_SERVERS: '3', MADANG_WORKER_REPLICAS: '4', MADANG_CPUS: '4', MYSQL_MEMORY: '8g' },
  },
}

for (const [what, { files = [], env = {} }] of Object.entries(sites)) {
  withCompose(`Compose reads a site ${what} as we do`, async (t) => {
    const { code, output } = await composeOf(t, files, env)

    t.is(code, 0, output)
    t.true(output.trimStart().startsWith('{'), `no warning: ${output.slice(0, 500)}`)
    const read = JSON.parse(output.replaceAll('$$', '$')) as Composed
    const ours = readCompose(files, env)
    t.deepEqual(Object.keys(read.services).toSorted(), Object.keys(ours.services).toSorted())
    for (const [name, service] of Object.entries(ours.services)) {
      t.deepEqual(summaryOfRead(read.services[name]), summaryOfOurs(service, env), name)
    }
    t.is(read.networks['inside']?.internal, true)
    t.is(read.networks['outside']?.enable_ipv6, files.includes(ipv6) ? true : undefined)
    t.deepEqual(Object.keys(read.volumes).toSorted(), Object.keys(ours.volumes).toSorted())
    t.deepEqual(Object.keys(read.secrets).toSorted(), Object.keys(ours.secrets).toSorted())
  })
}

withCompose('with TLS a site says its address, and hears so', async (t) => {
  const { code, output } = await composeOf(t, [tls], {})

  t.not(code, 0)
  t.regex(output, /with TLS, \.env says the https:\/\/ address that people open/)
})

withCompose(
  'with an Alertmanager as the guide has it Prometheus reads a copy, which names it, and the rules of before',
  async (t) => {
    const guide = readFileSync(path.join(projectFolder, 'docs/monitoring.md'), 'utf8')
    const [, further = ''] = /```yaml\n(services:\n {2}alertmanager:[\s\S]*?)```/.exec(guide) ?? []
    const { code, output } = await composeOf(t, [], {}, further)

    t.is(code, 0, output)
    const { prometheus, alertmanager } = (JSON.parse(output) as Composed).services
    const mounted = (prometheus?.volumes ?? []).map(({ source, target }) => [path.basename(source), target])
    t.deepEqual(mounted.toSorted(), [
      ['alerts.yml', '/etc/madang/alerts.yml'],
      ['prometheus', '/prometheus'],
      ['prometheus.yml', '/etc/madang/prometheus.yml'],
    ])
    const own = prometheus?.volumes?.find(({ target }) => target === '/etc/madang/prometheus.yml')?.source ?? ''
    t.false(own.includes('deploy'), own)
    t.deepEqual(Object.keys(alertmanager?.networks ?? {}), ['inside', 'outside'])

    const configuration = readFileSync(path.join(projectFolder, 'deploy/monitoring/prometheus.yml'), 'utf8')
    const told = configuration.replace(/^# (alerting:\n)# (.*\n)# (.*\n)/m, '$1$2$3')
    const { alerting } = parse(told) as { alerting: { alertmanagers: { static_configs: { targets: string[] }[] }[] } }
    t.deepEqual(alerting.alertmanagers[0]?.static_configs[0]?.targets, ['alertmanager:9093'])
  },
)

withCompose('a file that Compose does not understand is found out', async (t) => {
  const { code, output } = await composeOf(t, [], {}, 'services: { nginx: { memry: 1g } }\n')

  t.not(code, 0)
  t.regex(output, /memry/)
})

/** A service as Compose writes it in JSON. */
interface ComposedService extends Omit<ComposeService, 'deploy' | 'volumes' | 'ports' | 'secrets' | 'networks'> {
  deploy: { replicas?: number; resources: { limits: { memory: string; cpus: number | string; pids: number } } }
  volumes?: { source: string; target: string }[]
  ports?: { target: number; published: string; host_ip?: string }[]
  secrets?: { source: string }[]
  networks: Record<string, { aliases?: string[] } | null>
}

type Composed = Omit<Compose, 'services'> & { services: Record<string, ComposedService> }

const units: Record<string, number> = { m: 1024 ** 2, g: 1024 ** 3 }

function summaryOfOurs(service: ComposeService, env: Readonly<Record<string, string>>): unknown {
  const { limits } = service.deploy.resources
  const [, number = '', unit = ''] = /^(\d+)([mg])$/.exec(limits.memory) ?? []
  // Compose adds what .env says, unless the file says it itself.
  const environment = { ...(service.env_file === undefined ? {} : env), ...service.environment }
  return {
    ...same(service),
    environment: sorted(environment),
    limits: { memory: Number(number) * (units[unit] ?? 0), cpus: Number(limits.cpus), pids: limits.pids },
    replicas: service.deploy.replicas === undefined ? undefined : Number(service.deploy.replicas),
    networks: sorted(Object.fromEntries(Object.entries(service.networks).map(([name, one]) => [name, one?.aliases]))),
    mounts: (service.volumes ?? []).map((one) => (typeof one === 'string' ? one.split(':')[1] : one.target)),
    ports: service.ports ?? [],
    secrets: service.secrets ?? [],
  }
}

function summaryOfRead(service: ComposedService | undefined): unknown {
  if (service === undefined) return undefined
  const { limits } = service.deploy.resources
  const { COMPOSE_FILE: _ours, ...environment } = service.environment ?? {}
  return {
    ...same(service),
    environment: sorted(environment),
    limits: { memory: Number(limits.memory), cpus: Number(limits.cpus), pids: limits.pids },
    replicas: service.deploy.replicas,
    networks: sorted(Object.fromEntries(Object.entries(service.networks).map(([name, one]) => [name, one?.aliases]))),
    mounts: (service.volumes ?? []).map(({ target }) => target),
    ports: (service.ports ?? []).map(({ host_ip: host, published, target }) =>
      [...(host === undefined ? [] : [host]), published, target].join(':'),
    ),
    secrets: (service.secrets ?? []).map(({ source }) => source),
  }
}

type Alike = Pick<
  ComposeService,
  'image' | 'pull_policy' | 'user' | 'command' | 'read_only' | 'cap_drop' | 'security_opt' | 'tmpfs' | 'profiles'
>

function same({ image, pull_policy, user, command, read_only, cap_drop, security_opt, tmpfs, profiles }: Alike) {
  return { image, pull_policy, user, command: command ?? undefined, read_only, cap_drop, security_opt, tmpfs, profiles }
}

function sorted(values: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(values).toSorted(([one], [other]) => (one < other ? -1 : 1))
}

/** In a folder of its own, with nothing but the files and this .env. */
async function composeOf(
  t: ExecutionContext,
  files: readonly string[],
  env: Readonly<Record<string, string>>,
  further?: string,
) {
  const folder = mkdtempSync(path.join(tmpdir(), 'madang-compose-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  for (const file of ['docker-compose.yml', 'deploy/compose']) {
    cpSync(path.join(projectFolder, file), path.join(folder, file), { recursive: true })
  }
  if (further !== undefined) writeFileSync(path.join(folder, 'further.yml'), further)
  const named = ['docker-compose.yml', ...files, ...(further === undefined ? [] : ['further.yml'])]
  const lines = Object.entries({ ...env, COMPOSE_FILE: named.join(':') }).map(([name, value]) => `${name}=${value}\n`)
  writeFileSync(path.join(folder, '.env'), lines.join(''))
  const profiles = ['--profile', '*']
  const own = { PATH: process.env['PATH'], HOME: folder }
  return ask(program ?? '', [...profiles, 'config', '--format', 'json'], { cwd: folder, env: own })
}
