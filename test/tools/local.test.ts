import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseEnv } from 'node:util'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { loadConfig } from '../../src/config.ts'
import { localLayout } from '../../tools/local/layout.ts'
import { newTokenKey } from '../../tools/local/new-secrets.ts'
import { startOptions } from '../../tools/local/options.ts'
import { giveUpOwnership, takeOwnership } from '../../tools/local/ownership.ts'
import { localSecrets } from '../../tools/local/secrets.ts'
import { childEnv, pictureSettings, writeEnvFile } from '../../tools/local/settings.ts'

test('secrets are made once, for their owner alone', (t) => {
  const { secrets: file } = layout(t)
  const made = localSecrets(file)

  const read = localSecrets(file)

  t.deepEqual(read, made)
  t.is(statSync(file).mode & 0o777, 0o600)
})

test('what the stack tells its processes is a valid configuration, also when read from the env file', (t) => {
  const shared = sharedSettings(t)
  writeEnvFile(shared.layout.env, shared, {})

  const told = loadConfig(childEnv(shared, {}))
  const read = loadConfig(parseEnv(readFileSync(shared.layout.env, 'utf8')))

  t.is(told.PUBLIC_ORIGIN, 'http://localhost:8080')
  for (const name of ['DATABASE_URL', 'REDIS_URL', 'TOKEN_KEYS', 'RECEIPT_KEY', 'TRANSCRIPTS_FOLDER'] as const) {
    t.truthy(told[name], name)
    t.is(read[name], told[name], name)
  }
  t.is(statSync(shared.layout.env).mode & 0o777, 0o600)
})

test("the person's own settings win over the standard ones, but not over the connections", (t) => {
  const shared = sharedSettings(t)

  const env = childEnv(shared, { DRAIN_SECONDS: '30', LOG_LEVEL: 'debug', REDIS_URL: 'redis://elsewhere' })

  t.like(env, { DRAIN_SECONDS: '30', LOG_LEVEL: 'debug', REDIS_URL: shared.redisUrl })
})

test('nor do files of the connections; files of the other settings do, also for who reads the env file', (t) => {
  const shared = sharedSettings(t)
  const file = path.join(shared.layout.folder, 'other')
  writeFileSync(file, `${newTokenKey()}\n`)
  const files = { DATABASE_URL_FILE: file, REDIS_URL_FILE: file, TOKEN_KEYS_FILE: file }
  writeEnvFile(shared.layout.env, shared, files)

  for (const env of [childEnv(shared, files), parseEnv(readFileSync(shared.layout.env, 'utf8'))]) {
    t.like(loadConfig(env), { DATABASE_URL: shared.databaseUrl, REDIS_URL: shared.redisUrl })
    t.deepEqual(loadConfig(env).TOKEN_KEYS, loadConfig({ ...env, TOKEN_KEYS_FILE: file }).TOKEN_KEYS)
    t.notDeepEqual(loadConfig(env).TOKEN_KEYS, loadConfig(childEnv(shared, {})).TOKEN_KEYS)
  }
})

test('Nginx serves the pictures of the servers and lets through what they take, also when that is set otherwise', (t) => {
  const shared = sharedSettings(t)

  t.deepEqual(pictureSettings(childEnv(shared, {})), {
    mediaFolder: shared.layout.inside('media'),
    mediaBaseUrl: '/media',
    uploadMax: String(10 * 1024 ** 2 + 65_536),
  })
  const own = {
    MEDIA_FOLDER: '/srv/pictures',
    MEDIA_BASE_URL: 'https://cdn.example/m',
    MEDIA_MAX_BYTES: '20000000',
  }
  t.deepEqual(pictureSettings(childEnv(shared, own)), {
    mediaFolder: '/srv/pictures',
    mediaBaseUrl: 'https://cdn.example/m',
    uploadMax: '20065536',
  })
})

test('a second start of the same folder is refused with the address of the first', (t) => {
  const own = layout(t)
  takeOwnership(own)

  t.throws(() => takeOwnership(own), { message: /already runs/ })

  giveUpOwnership(own)
  t.notThrows(() => takeOwnership(own))
})

test('demo data are the default, but not for a database that somebody else runs', (t) => {
  t.like(startOptions([], {}), { isDemoWanted: true, port: undefined })
  t.like(startOptions([], { DATABASE_URL: 'mysql://db' }), { isDemoWanted: false, databaseUrl: 'mysql://db' })
  t.like(startOptions(['--demo'], { DATABASE_URL: 'mysql://db' }), { isDemoWanted: true })
  t.like(startOptions(['--no-demo', '--port', '9000'], {}), { isDemoWanted: false, port: 9000 })
})

test('a database and a Redis that a file names are somebody else’s, too', (t) => {
  const { folder } = layout(t)
  const file = path.join(folder, 'url')
  writeFileSync(file, 'mysql://madang:x@db/madang\n')

  const given = { isDemoWanted: false, databaseUrl: 'mysql://madang:x@db/madang' }
  t.like(startOptions([], { DATABASE_URL_FILE: file }), given)
  t.like(startOptions([], { DATABASE_URL_FILE: file, DATABASE_URL: 'mysql://other' }), given)
  t.like(startOptions([], { DATABASE_URL_FILE: '' }), { isDemoWanted: true, databaseUrl: undefined })
  t.like(startOptions([], { REDIS_URL_FILE: file }), { isDemoWanted: true, redisUrl: given.databaseUrl })
  t.throws(() => startOptions([], { REDIS_URL_FILE: `${file}.not` }), { message: /^REDIS_URL_FILE: cannot read \S+$/ })
})

test('an option that makes no sense is answered with a sentence', (t) => {
  t.throws(() => startOptions(['--port', 'abc'], {}), { message: /--port abc is not a port/ })
  t.throws(() => startOptions(['--prot', '1'], {}), { message: /--prot/ })
})

test('trusted proxies are nobody unless they are named, and each must be an address or a network', (t) => {
  t.like(startOptions([], {}), { trustedProxies: [] })
  t.like(startOptions([], { MADANG_TRUSTED_PROXIES: '10.0.0.1, fd00::/8' }), {
    trustedProxies: ['10.0.0.1', 'fd00::/8'],
  })
  for (const wrong of ['proxy.example', '10.0.0.0/33', '10.0.0.0/8/8', '10.0.0.1; }', '::/129', '10.0.0.0/']) {
    t.throws(() => startOptions([], { MADANG_TRUSTED_PROXIES: wrong }), { message: /MADANG_TRUSTED_PROXIES/ }, wrong)
  }
})

function layout(t: ExecutionContext) {
  const folder = mkdtempSync(path.join(tmpdir(), 'madang-local-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  return localLayout(folder)
}

function sharedSettings(t: ExecutionContext) {
  const own = layout(t)
  const secrets = localSecrets(own.secrets)
  const urls = { databaseUrl: 'mysql://madang:x@127.0.0.1:3306/madang', redisUrl: 'redis://:x@127.0.0.1:6379/0' }
  return { ...urls, publicPort: 8080, secrets, layout: own }
}
