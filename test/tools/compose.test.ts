import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import test from 'ava'
import { describeSettings, loadConfig } from '../../src/config.ts'
import { serverFlags } from '../../tools/local/madang.ts'
import { projectFolder } from '../../tools/paths.ts'

/** What docker-compose.yml gives to Madang's own containers, read line by line: nothing here may need more of YAML. */

const compose = readFileSync(path.join(projectFolder, 'docker-compose.yml'), 'utf8')
const settings = new Set(describeSettings().map(({ name }) => name))

/** The lines below a key, as far as they are indented deeper. */
function below(text: string, key: RegExp): string {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => key.test(line))
  if (start < 0) throw new Error(`${key} is not there`)
  const depth = (line: string): number => line.search(/\S/)
  const rest = lines.slice(start + 1)
  const end = rest.findIndex((line) => line.trim() !== '' && depth(line) <= depth(lines[start] ?? ''))
  return rest.slice(0, end < 0 ? undefined : end).join('\n')
}

/** `NAME: value` of a mapping. */
function mapping(text: string): Record<string, string> {
  const pairs = text.matchAll(/^ *([A-Z][A-Z0-9_]*): (.*)$/gm)
  return Object.fromEntries([...pairs].map(([, name = '', value = '']) => [name, value.replaceAll("'", '')]))
}

const fixed = mapping(below(compose, /^x-environment:/))
const services = below(compose, /^services:/)
const ours = ['server-1', 'server-2', 'worker', 'migrate', 'seed']
const monitoring = ['prometheus', 'grafana']

test('every container of ours reads .env where there is one, and nothing but that', (t) => {
  t.regex(below(compose, /^x-madang:/), /^ {2}env_file: \[\{ path: \.env, required: false \}\]$/m)
  t.regex(below(compose, /^x-server:/), /<<: \*madang/)
  for (const name of ours) {
    const service = below(services, new RegExp(`^ {2}${name}:`))
    t.regex(service, name.startsWith('server') ? /<<: \*server$/m : /<<: \*madang$/m)
    t.regex(service, /environment:[\s\S]{0,20}\*environment/, name)
    t.notRegex(service, /env_file/, name)
  }
  t.is(compose.match(/env_file:/g)?.length, 1)
})

test('what compose says itself are settings, fixed, and no way around .env', (t) => {
  t.true(Object.keys(fixed).length >= 7)
  for (const [name, value] of Object.entries(fixed)) {
    t.true(settings.has(name.replace(/_FILE$/, '')), `${name} is a setting`)
    t.notRegex(value, /\$/, `${name} would hide what .env says by an empty value`)
  }
  const secrets = Object.keys(fixed).filter((name) => name.endsWith('_FILE'))
  t.deepEqual(secrets, ['DATABASE_URL_FILE', 'REDIS_URL_FILE', 'TOKEN_KEYS_FILE'])
  t.regex(below(services, /^ {2}worker:/), /RECEIPT_KEY_FILE: \/run\/secrets\/receipt_key/)
})

test('a .env that was written for npm start takes nothing from the containers that they need', (t) => {
  const image = readFileSync(path.join(projectFolder, 'Dockerfile'), 'utf8')
  const [, standards = ''] = /^ENV (TRANSCRIPTS_FOLDER.*)$/m.exec(image) ?? []
  const imageEnv = Object.fromEntries(standards.split(' ').map((pair) => pair.split('=')))
  const { DATABASE_URL_FILE: _1, REDIS_URL_FILE: _2, TOKEN_KEYS_FILE: _3, ...plain } = fixed
  t.deepEqual(plain, imageEnv)

  const local = {
    HOST: '127.0.0.1',
    PORT: '4000',
    MEDIA_FOLDER: '/home/alice/media',
    POSTS_PER_HOUR: '7',
    LOG_LEVEL: '',
  }
  const addresses = { DATABASE_URL: 'mysql://madang@mysql/madang', REDIS_URL: 'redis://redis', TOKEN_KEYS: 'k:secret' }
  const config = loadConfig({ ...addresses, ...local, ...plain })

  t.like(config, { HOST: '0.0.0.0', PORT: 3000, MEDIA_FOLDER: '/data/media', POSTS_PER_HOUR: 7, LOG_LEVEL: 'info' })
})

const nginx = below(services, /^ {2}nginx:/)

test('Nginx is given every template of this project and every value that they ask for', (t) => {
  const folder = path.join(projectFolder, 'nginx')
  const files = globSync('**/*.*', { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
  const mounted = [...nginx.matchAll(/^ +- \.\/nginx\/(\S+):(\S+):ro$/gm)].map(([, from = '', to = '']) => ({
    from,
    to,
  }))

  t.deepEqual(mounted.map(({ from }) => from).toSorted(), files.toSorted())
  for (const { from, to } of mounted) {
    const expected = from.endsWith('.conf')
      ? `/etc/nginx/templates/${from}.template`
      : `/docker-entrypoint.d/18-${from}`
    t.is(to, expected)
  }

  const given = Object.keys(mapping(nginx))
  const texts = files.map((file) => readFileSync(path.join(folder, file), 'utf8'))
  const made = texts.flatMap((text) => [...text.matchAll(/^export (MADANG_\w+)$/gm)].map(([, name = '']) => name))
  const asked = new Set(texts.flatMap((text) => [...text.matchAll(/\$\{(MADANG_\w+)\}/g)].map(([, name = '']) => name)))
  t.true(asked.size > 10)
  t.deepEqual(
    [...asked].filter((name) => !given.includes(name) && !made.includes(name)),
    [],
  )
})

test('the web client is built into the image of Nginx, where Nginx looks for it', (t) => {
  const image = readFileSync(path.join(projectFolder, 'Dockerfile'), 'utf8')
  const [web = '', front = '', last = ''] = image.split(/^FROM /m).slice(-3)

  t.regex(nginx, /^ {4}build: \{ context: \., target: nginx \}$/m)
  t.regex(web, /^node:24-trixie-slim AS web\n[\s\S]*^COPY web web\nRUN node_modules\/\.bin\/vite build web$/m)
  t.regex(front, /^nginx:1\.30 AS nginx\n/)
  t.true(front.includes(`\nCOPY --from=web /app/web/dist ${mapping(nginx)['MADANG_WEB_FOLDER']}\n`))
  // What is built without a target is the image of the servers.
  t.true(last.includes(`\nCMD ${JSON.stringify(['node', ...serverFlags, 'src/server.ts']).replaceAll(',', ', ')}\n`))
  t.regex(below(compose, /^x-madang:/), /^ {2}build: \.$/m)
})

test('Nginx reaches each server by a file in memory that only the two of them may touch', (t) => {
  const files = [...nginx.matchAll(/server unix:(\S+) max_fails=0;/g)].map(([, file]) => file)
  const servers = allServices.filter((name) => name.startsWith('server-'))
  for (const [index, name] of servers.entries()) {
    t.true(below(services, new RegExp(`^ {2}${name}:`)).includes(`LISTEN_FILE: ${files[index]} }`), name)
  }
  t.deepEqual(files, ['/run/madang/server-1.sock', '/run/madang/server-2.sock'])

  const mount = 'type: volume, source: sockets, target: /run/madang,'
  t.true(nginx.includes(`- { ${mount} read_only: true, volume: { nocopy: true } }`))
  t.true(below(compose, /^x-server:/).includes(`- { ${mount} volume: { nocopy: true } }`))
  t.is(compose.match(/source: sockets/g)?.length, 2, 'nobody else has it')

  t.regex(nginx, /^ {4}user: '101:101'$/m)
  t.regex(readFileSync(path.join(projectFolder, 'Dockerfile'), 'utf8'), /^USER node$/m)
  const [, options = ''] =
    /driver_opts: \{ type: tmpfs, device: tmpfs, o: '(.*)' \}/.exec(below(compose, /^volumes:/)) ?? []
  t.deepEqual(options.split(','), ['uid=1000', 'gid=101', 'mode=2750', 'size=64k', 'nosuid', 'nodev', 'noexec'])
})

const networksOf = (name: string): string[] => {
  const service = below(services, new RegExp(`^ {2}${name}:`))
  const anchor = /<<: \*server$/m.test(service) ? below(compose, /^x-server:/) : service
  const own = /<<: \*madang$/m.test(anchor) ? `${below(compose, /^x-madang:/)}\n${service}` : service
  const [, listed = ''] = /^ +networks: \[(.*)\]$/m.exec(own) ?? []
  return listed.split(', ')
}
const allServices = [...services.matchAll(/^ {2}([\w-]+):$/gm)].map(([, name = '']) => name)

/** Who has a port: to all the world, or to this machine alone. */
const doors = ['nginx', 'grafana']

test('Nginx alone is reached from outside; servers, MySQL and Redis are on a network that leads nowhere', (t) => {
  t.deepEqual(allServices.toSorted(), [...ours, ...monitoring, 'mysql', 'nginx', 'redis'].toSorted())
  for (const name of allServices) {
    const service = below(services, new RegExp(`^ {2}${name}:`))
    t.is(/^ +(ports|network_mode|extra_hosts|expose):/m.test(service), doors.includes(name), name)
    t.deepEqual(networksOf(name), doors.includes(name) ? ['outside', 'inside'] : ['inside'], name)
  }
  t.is(compose.match(/^ +ports:/gm)?.length, doors.length)
  t.regex(below(services, /^ {2}grafana:/), /^ {4}ports: \['127\.0\.0\.1:\$\{MADANG_GRAFANA_PORT:-3300\}:3000'\]$/m)
  t.notRegex(compose, /network_mode|privileged/)
  t.regex(below(services, /^ {2}nginx:/), /^ {4}ports: \['\$\{MADANG_PORT:-8080\}:8080'\]$/m)
  t.is(below(compose, /^networks:/), ['  outside:', '  inside:', '    internal: true', ''].join('\n'))
})

test('Prometheus and Grafana run where they are asked for, and are given the files of this project', (t) => {
  for (const name of monitoring) {
    const service = below(services, new RegExp(`^ {2}${name}:`))
    t.regex(service, /^ {4}profiles: \[monitoring\]$/m, name)
    t.regex(service, /^ {4}<<: \*hardened$/m, name)
    t.regex(service, /^ {4}image: \S+:v?\d+\.\d+\.\d+$/m, name)
    const mounted = [...service.matchAll(/^ +- (\.\/deploy\/\S+):\S+:ro$/gm)].map(([, file = '']) => file)
    t.true(mounted.length >= 2, name)
    for (const file of mounted) t.true(existsSync(path.join(projectFolder, file)), file)
  }
})
