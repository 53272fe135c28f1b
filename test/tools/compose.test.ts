import { readFileSync } from 'node:fs'
import path from 'node:path'
import test from 'ava'
import { describeSettings, loadConfig } from '../../src/config.ts'
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

const networksOf = (name: string): string[] => {
  const service = below(services, new RegExp(`^ {2}${name}:`))
  const anchor = /<<: \*server$/m.test(service) ? below(compose, /^x-server:/) : service
  const own = /<<: \*madang$/m.test(anchor) ? `${below(compose, /^x-madang:/)}\n${service}` : service
  const [, listed = ''] = /^ +networks: \[(.*)\]$/m.exec(own) ?? []
  return listed.split(', ')
}
const allServices = [...services.matchAll(/^ {2}([\w-]+):$/gm)].map(([, name = '']) => name)

test('Nginx alone is reached from outside; servers, MySQL and Redis are on a network that leads nowhere', (t) => {
  t.deepEqual(allServices.toSorted(), [...ours, 'mysql', 'nginx', 'redis'].toSorted())
  for (const name of allServices) {
    const service = below(services, new RegExp(`^ {2}${name}:`))
    t.is(/^ +(ports|network_mode|extra_hosts|expose):/m.test(service), name === 'nginx', name)
    t.deepEqual(networksOf(name), name === 'nginx' ? ['outside', 'inside'] : ['inside'], name)
  }
  t.is(compose.match(/^ +ports:/gm)?.length, 1)
  t.notRegex(compose, /network_mode|privileged/)
  t.regex(below(services, /^ {2}nginx:/), /^ {4}ports: \['\$\{MADANG_PORT:-8080\}:8080'\]$/m)
  t.is(below(compose, /^networks:/), ['  outside:', '  inside:', '    internal: true', ''].join('\n'))
})
