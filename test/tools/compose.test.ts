import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import test from 'ava'
import { describeSettings, loadConfig } from '../../src/config.ts'
import { serverFlags } from '../../tools/local/madang.ts'
import { deriveSettings, derived } from '../../tools/nginx-settings.ts'
import { projectFolder } from '../../tools/paths.ts'
import { readCompose } from '../support/compose.ts'
import type { ComposeService } from '../support/compose.ts'

/** What docker-compose.yml gives to Madang's own containers, and whom it lets reach whom. */

const { services, networks, volumes, secrets } = readCompose()
const settings = new Set(describeSettings().map(({ name }) => name))
const image = readFileSync(path.join(projectFolder, 'Dockerfile'), 'utf8')
const nginx = service('nginx')

function service(name: string): ComposeService {
  const found = services[name]
  if (found === undefined) throw new Error(`there is no ${name}`)
  return found
}

const ours = Object.keys(services).filter((name) => service(name).image === 'madang:latest')

test('every container of ours reads .env where there is one, and nothing but that', (t) => {
  t.deepEqual(ours.toSorted(), ['migrate', 'more-servers', 'seed', 'server-1', 'server-2', 'worker'])
  for (const [name, { env_file }] of Object.entries(services)) {
    t.deepEqual(env_file, ours.includes(name) ? [{ path: '.env', required: false }] : undefined, name)
  }
})

/** What several have in common is written once. */
const fixed: Record<string, string> = service('seed').environment ?? {}

test('what compose says itself are settings, fixed, and no way around .env', (t) => {
  const text = readFileSync(path.join(projectFolder, 'docker-compose.yml'), 'utf8')
  const [, written = ''] = /^x-environment: &environment\n((?: {2}.*\n)+)/m.exec(text) ?? []
  t.notRegex(written, /\$/, 'it would hide what .env says by an empty value')
  for (const name of ours) {
    for (const [setting, value] of Object.entries(service(name).environment ?? {})) {
      const isKnown = [setting, setting.replace(/_FILE$/, '')].some((one) => settings.has(one))
      t.true(isKnown || setting === 'NODE_OPTIONS', `${name}: ${setting}`)
      if (setting === 'DATABASE_URL_FILE' && name === 'migrate') t.is(value, '/run/secrets/database_owner_url')
      else if (setting in fixed) t.is(fixed[setting], value, `${name}: ${setting}`)
    }
  }
})

test('a .env that was written for npm start takes nothing from the containers that they need', (t) => {
  const [, standards = ''] = /^ENV (TRANSCRIPTS_FOLDER.*)$/m.exec(image) ?? []
  const imageEnv = Object.fromEntries(standards.split(' ').map((pair) => pair.split('=')))
  const plain = Object.fromEntries(
    Object.entries(fixed).filter(([name]) => !name.endsWith('_FILE') && name !== 'NODE_OPTIONS'),
  )
  t.deepEqual(plain, imageEnv)

  const local = {
    HOST: '127.0.0.1',
    PORT: '4000',
    MEDIA_FOLDER: '/home/alice/media',
    POSTS_PER_HOUR: '7',
    LOG_LEVEL: '',
    SERVER_NAME: 'laptop',
    LISTEN_FILE: '/home/alice/it.sock',
  }
  const addresses = { DATABASE_URL: 'mysql://madang@mysql/madang', REDIS_URL: 'redis://redis', TOKEN_KEYS: 'k:secret' }
  const config = loadConfig({ ...addresses, ...local, ...plain })
  t.like(config, { HOST: '0.0.0.0', PORT: 3000, MEDIA_FOLDER: '/data/media', POSTS_PER_HOUR: 7, LOG_LEVEL: 'info' })

  // Each has a name of its own, also those that there are several of.
  const names = ours.map((name) => {
    const {
      DATABASE_URL_FILE: _1,
      REDIS_URL_FILE: _2,
      TOKEN_KEYS_FILE: _3,
      RECEIPT_KEY_FILE: _4,
      ...own
    } = service(name).environment ?? {}
    return loadConfig({ ...addresses, ...local, ...own }).SERVER_NAME
  })
  const running = names.filter((_, index) => !['migrate', 'seed'].includes(ours[index] ?? ''))
  t.false(running.includes('laptop'))
  t.true(running.includes('server-1') && running.includes('server-2'))
})

/** `from:to:ro`, as it is written for files of this project. */
const mounted = (nginx.volumes ?? []).flatMap((one) => {
  const [, from = '', to = ''] = (typeof one === 'string' && /^\.\/nginx\/(\S+):(\S+):ro$/.exec(one)) || []
  return from === '' ? [] : [{ from, to }]
})

test('Nginx is given every template of this project and every value that they ask for', (t) => {
  const folder = path.join(projectFolder, 'nginx')
  const files = globSync('**/*.*', { cwd: folder, withFileTypes: true })
    // kustomization.yaml gives the same files to Kubernetes.
    .filter((entry) => entry.isFile() && entry.name !== 'kustomization.yaml')
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))

  t.deepEqual(mounted.map(({ from }) => from).toSorted(), files.toSorted())
  for (const { from, to } of mounted) {
    const expected = from.endsWith('.conf')
      ? `/etc/nginx/templates/${from}.template`
      : `/docker-entrypoint.d/18-${from}`
    t.is(to, expected)
  }

  const given = Object.keys(nginx.environment ?? {})
  const templates = files.filter((file) => file.endsWith('.conf'))
  const texts = templates.map((file) => readFileSync(path.join(folder, file), 'utf8'))
  const asked = new Set(texts.flatMap((text) => [...text.matchAll(/\$\{(MADANG_\w+)\}/g)].map(([, name = '']) => name)))
  t.true(asked.size > 20)
  t.deepEqual(
    [...asked].filter((name) => !given.includes(name) && !derived.some((one) => one === name)),
    [],
  )
})

test('what the entry point of the image shall read is what it runs: it leaves out what may not be executed', (t) => {
  const read = mounted.filter(({ to }) => to.startsWith('/docker-entrypoint.d/'))

  t.deepEqual(
    read.map(({ from }) => from),
    ['settings.envsh'],
  )
  for (const { from } of read) t.is(statSync(path.join(projectFolder, 'nginx', from)).mode & 0o111, 0o111, from)
})

test('the web client is built into the image of Nginx, where Nginx looks for it', (t) => {
  const [web = '', front = '', last = ''] = image.split(/^FROM /m).slice(-3)

  t.deepEqual(nginx.build, { context: '.', target: 'nginx' })
  t.regex(web, /^node:24-trixie-slim AS web\n[\s\S]*^COPY web web\nRUN node_modules\/\.bin\/vite build web$/m)
  t.regex(front, /^nginx:1\.30 AS nginx\n/)
  t.true(front.includes(`\nCOPY --from=web /app/web/dist ${nginx.environment?.['MADANG_WEB_FOLDER']}\n`))
  // What is built without a target is the image of the servers.
  t.true(last.includes(`\nCMD ${JSON.stringify(['node', ...serverFlags, 'src/server.ts']).replaceAll(',', ', ')}\n`))
  t.false('target' in (service('migrate').build ?? {}))
})

test('one service builds an image, and whoever else runs it starts after that one', (t) => {
  const builtHere = Object.keys(services).filter((name) => service(name).image?.startsWith('madang'))
  const builders = builtHere.filter((name) => service(name).build !== undefined)
  t.deepEqual(builders.toSorted(), ['migrate', 'nginx'])
  t.is(new Set(builders.map((name) => service(name).image)).size, builders.length)

  for (const name of builtHere) {
    // There is none in a registry, and one of this name that is there would be another's.
    t.is(service(name).pull_policy, 'never', name)
    const builder = builders.find((one) => service(one).image === service(name).image) ?? ''
    t.true(name === builder || builder in (service(name).depends_on ?? {}), `${name} after ${builder}`)
  }
})

test('the image has the optional packages that .env asks for, and no others', (t) => {
  const built = (env: Record<string, string>): unknown => readCompose([], env).services['migrate']?.build
  const [, ...stages] = image.split(/^FROM /m)
  const packages = stages.find((stage) => /^\S+ AS packages\n/.test(stage)) ?? ''

  t.deepEqual(built({}), { context: '.', args: { TRACING: '', QUEUE_BOARD: '' } })
  t.deepEqual(built({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', QUEUE_BOARD: 'on' }), {
    context: '.',
    args: { TRACING: 'yes', QUEUE_BOARD: 'yes' },
  })
  t.deepEqual(
    [...packages.matchAll(/^ARG (\w+)=$/gm)].map(([, name]) => name),
    ['TRACING', 'QUEUE_BOARD'],
  )
})

test('Nginx reaches two servers by files in memory that only they and it may touch', (t) => {
  const files = [...(nginx.environment?.['MADANG_SERVERS'] ?? '').matchAll(/server unix:(\S+) max_fails=0;/g)]
  t.deepEqual(
    files.map(([, file]) => file),
    ['server-1', 'server-2'].map((name) => service(name).environment?.['LISTEN_FILE']),
  )

  const ofSockets = (name: string) =>
    (service(name).volumes ?? []).find((one) => typeof one !== 'string' && one.source === 'sockets')
  const holders = Object.keys(services).filter((name) => ofSockets(name) !== undefined)
  t.deepEqual(holders.toSorted(), ['nginx', 'server-1', 'server-2'])
  const mount = { type: 'volume', source: 'sockets', target: '/run/madang', volume: { nocopy: true } }
  for (const name of holders) {
    t.deepEqual(ofSockets(name) as unknown, name === 'nginx' ? { ...mount, read_only: true } : mount)
  }

  t.is(nginx.user, '101:101')
  t.regex(image, /^USER node$/m)
  const { type, device, o = '' } = volumes['sockets']?.driver_opts ?? {}
  t.deepEqual([type, device], ['tmpfs', 'tmpfs'])
  t.deepEqual(o.split(','), ['uid=1000', 'gid=101', 'mode=2750', 'size=64k', 'nosuid', 'nodev', 'noexec'])
})

test('further servers are as many as one likes, and Nginx finds them by their name', (t) => {
  const more = (env: Record<string, string>) => readCompose([], env).services
  const named = (env: Record<string, string>) => deriveSettings(more(env)['nginx']?.environment ?? {}).MADANG_NAMED

  for (const none of [{}, { MADANG_MORE_SERVERS: '0' }, { MADANG_MORE_SERVERS: '' }]) {
    t.is(more(none)['more-servers']?.deploy.replicas, '0')
    t.is(named(none), '', 'Nginx looks for none')
  }
  t.is(more({ MADANG_MORE_SERVERS: '5' })['more-servers']?.deploy.replicas, '5')
  const ofOurs = ` server more-servers:${fixed['PORT']} resolve max_fails=0;`
  t.true(named({ MADANG_MORE_SERVERS: '5' }).endsWith(`;${ofOurs}`))

  // Those of other machines are in the environment of the container, by a file of Compose of one's own.
  const elsewhere = (env: Record<string, string>) =>
    deriveSettings({ ...more(env)['nginx']?.environment, MADANG_NAMED_SERVERS: 'host-b:3000 host-c:3000' }).MADANG_NAMED
  const ofOthers = ' server host-b:3000 resolve max_fails=0; server host-c:3000 resolve max_fails=0;'
  for (const none of [{}, { MADANG_MORE_SERVERS: '0' }]) t.true(elsewhere(none).endsWith(`;${ofOthers}`))
  t.true(elsewhere({ MADANG_MORE_SERVERS: '5' }).endsWith(`;${ofOurs}${ofOthers}`))
  t.is(more({})['worker']?.deploy.replicas, '2', 'workers')
  t.is(more({ MADANG_WORKER_REPLICAS: '4' })['worker']?.deploy.replicas, '4')
})

/** Who has a port: to all the world, or to this machine alone. */
const doors: Record<string, string> = { nginx: '8080:8080', grafana: '127.0.0.1:3300:3000' }

test('Nginx alone is reached from outside; servers, MySQL and Redis are on a network that leads nowhere', (t) => {
  for (const [name, one] of Object.entries(services)) {
    const door = doors[name]
    t.deepEqual(Object.keys(one.networks), door === undefined ? ['inside'] : ['outside', 'inside'], name)
    t.deepEqual(one.ports, door === undefined ? undefined : [door], name)
    for (const way of ['expose', 'extra_hosts', 'network_mode', 'privileged', 'devices']) t.false(way in one, name)
  }
  t.deepEqual(networks, { outside: null, inside: { internal: true } })
})

test('Prometheus and Grafana run where they are asked for, and are given the files of this project', (t) => {
  const monitoring = Object.keys(services).filter((name) => service(name).profiles?.includes('monitoring'))
  t.deepEqual(monitoring.toSorted(), ['grafana', 'prometheus'])
  for (const name of monitoring) {
    t.deepEqual(service(name).profiles, ['monitoring'], name)
    t.regex(service(name).image ?? '', /^\S+:v?\d+\.\d+\.\d+$/, name)
    const files = (service(name).volumes ?? []).flatMap((one) =>
      typeof one === 'string' ? (/^(\.\/deploy\/\S+):\S+:ro$/.exec(one)?.slice(1) ?? []) : [],
    )
    t.true(files.length >= 2, name)
    for (const file of files) t.true(existsSync(path.join(projectFolder, file)), file)
  }
})

test('Grafana fetches nothing and reports to nobody by itself', (t) => {
  const { environment = {} } = service('grafana')
  const off = ['REPORTING_ENABLED', 'CHECK_FOR_UPDATES', 'CHECK_FOR_PLUGIN_UPDATES'].map((name) => `ANALYTICS_${name}`)

  t.is(environment['GF_PLUGINS_PREINSTALL_DISABLED'], 'true')
  for (const name of [...off, 'NEWS_NEWS_FEED_ENABLED']) t.is(environment[`GF_${name}`], 'false', name)
})

test('whoever the guides let bring, save or restore pictures reaches the bucket', (t) => {
  const guides = ['operations.md', 'upgrading.md'].map((name) =>
    readFileSync(path.join(projectFolder, 'docs', name), 'utf8'),
  )
  const runs = guides.flatMap((guide) => [
    ...guide.matchAll(
      /^ *docker compose run .*? (\S+) node src\/commands\/(backup|restore|missing-files|adopt-pictures)\.ts/gm,
    ),
  ])
  const { services: withBucket } = readCompose(['deploy/compose/bucket.yml'])

  t.deepEqual([...new Set(runs.map(([, , command = '']) => command))].toSorted(), [
    'backup',
    'missing-files',
    'restore',
  ])
  for (const name of ['server-1', 'server-2', 'more-servers', 'worker', ...runs.map(([, named = '']) => named)]) {
    t.true('outside' in (withBucket[name]?.networks ?? {}), name)
    t.true(withBucket[name]?.secrets?.includes('media_s3_secret_key'), name)
  }
})

test('secrets are files that npm run secrets makes, and each goes to who needs it', (t) => {
  const maker = readFileSync(path.join(projectFolder, 'tools', 'make-secrets.ts'), 'utf8')
  for (const [name, { file }] of Object.entries(secrets)) {
    t.is(file, `./secrets/${name}`)
    t.regex(maker, new RegExp(`^ {4}${name}: `, 'm'))
  }
  for (const [name, one] of Object.entries(services)) {
    for (const [setting, value] of Object.entries(one.environment ?? {})) {
      if (/PASSWORD|SECRET|_KEYS?(_|$)|(DATABASE|REDIS)_URL/.test(setting) && setting !== 'MADANG_TLS_KEY') {
        t.regex(setting, /_FILE$|^MYSQL_RANDOM_ROOT_PASSWORD$/, name)
      }
      const [, secret] = /^\/run\/secrets\/(\w+)$/.exec(value) ?? []
      if (secret !== undefined) t.true(one.secrets?.includes(secret), `${name} reads ${secret}`)
    }
  }
  const holders = (secret: string) => Object.keys(services).filter((name) => service(name).secrets?.includes(secret))
  t.deepEqual(holders('receipt_key'), ['worker'])
  t.deepEqual(holders('database_owner_url'), ['migrate'])
  t.deepEqual(holders('mysql_owner_password'), ['mysql'])
})
