import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { deriveSettings } from '../../tools/nginx-settings.ts'
import { nginxArguments, renderTemplates, writeNginxConfig } from '../../tools/nginx.ts'
import type { NginxInstance } from '../../tools/nginx.ts'
import { projectFolder } from '../../tools/paths.ts'
import { freePort } from '../../tools/ports.ts'
import { writeCertificate } from '../support/certificate.ts'
import { readCompose } from '../support/compose.ts'
import { front, nginxInstance } from './nginx-front.ts'

/** Every way in which Nginx may be set up is one that Nginx accepts, as npm start writes it and as the container does. */

const program = process.env['NGINX_SERVER'] ?? 'nginx'
/** One that finds servers by their name. */
const newer = process.env['NAMED_NGINX'] ?? ''
/** What an Nginx that is not there would have to be asked is skipped. */
const asked = (by: string) => (by === '' ? test.skip : test)

const named = { servers: ['more.test:3000'], resolver: '127.0.0.1' }
const variants: Record<string, Partial<NginxInstance>> = {
  'as it is': {},
  'by IPv6, too': { hosts: ['127.0.0.1', '[::1]'] },
  'behind proxies': { trustedProxies: ['10.0.0.1', 'fd00::/8'] },
  'behind a proxy that speaks the PROXY protocol': { trustedProxies: ['10.0.0.1'], hasProxyProtocol: true },
  'by whole addresses': { balance: 'address' },
  'by the fewest connections': { balance: 'least_conn' },
  'with pictures elsewhere': { mediaBaseUrl: 'https://pictures.example.org/public' },
  'with servers that have a name': { named, program: newer },
  'with servers that have a name, and no others': { named, program: newer, servers: [] },
}

for (const [what, changes] of Object.entries(variants)) {
  for (const hasTls of [false, true]) {
    asked(changes.program ?? program)(
      `Nginx accepts its configuration ${what}${hasTls ? ', with TLS' : ''}`,
      async (t) => {
        const own = await nginxInstance(t, ['127.0.0.1:3001', 'unix:/tmp/madang.sock'])
        const instance = { ...own, ...changes }
        const tls = hasTls
          ? { ...writeCertificate(instance.folder), port: await freePort(), origin: 'https://madang.example' }
          : undefined
        writeNginxConfig({ ...instance, ...(tls === undefined ? {} : { tls }) })

        accepted(t, instance)
      },
    )
  }
}

/** What somebody writes into .env, and which files they name in COMPOSE_FILE. */
const sites: Record<string, { files?: string[]; env?: Record<string, string>; by?: string }> = {
  'as it is': {},
  'with TLS': { files: ['deploy/compose/tls.yml'], env: { PUBLIC_ORIGIN: 'https://madang.example.org' } },
  'with TLS on another port': {
    files: ['deploy/compose/tls.yml'],
    env: { PUBLIC_ORIGIN: 'https://madang.example.org:8443', MADANG_TLS_PORT: '8443' },
  },
  'behind proxies': { env: { MADANG_TRUSTED_PROXIES: '10.0.0.1, fd00::/8', MADANG_PROXY_PROTOCOL: 'on' } },
  'by whole addresses': { env: { MADANG_BALANCE: 'address' } },
  'by the fewest connections': { env: { MADANG_BALANCE: 'least_conn' } },
  'with pictures in a bucket': {
    files: ['deploy/compose/bucket.yml'],
    env: { MEDIA_BASE_URL: 'https://pictures.example.org/public' },
  },
  'with more servers': { env: { MADANG_MORE_SERVERS: '3' }, by: newer },
}

for (const [what, { files, env, by = program }] of Object.entries(sites)) {
  asked(by)(`Nginx accepts what its container makes of a site ${what}`, async (t) => {
    const instance = { ...(await nginxInstance(t, [])), program: by }
    const { certificate, key } = writeCertificate(instance.folder)
    const given = readCompose(files, env).services['nginx']?.environment ?? {}

    renderTemplates(instance.folder, {
      ...(await asHere({ ...given, MADANG_NGINX: by })),
      // What lies in the container at other places.
      ...{ MADANG_TLS_CERTIFICATE: certificate, MADANG_TLS_KEY: key, MADANG_WORKERS: '1' },
      ...{ MADANG_ACCESS_LOG: instance.accessLog, MADANG_ERROR_LOG: instance.errorLog },
    })

    accepted(t, instance)
  })
}

test('the container and npm start make the same of the same settings', async (t) => {
  const { environment = {} } = readCompose([], { MADANG_TRUSTED_PROXIES: '10.0.0.1,fd00::/8' }).services['nginx'] ?? {}
  const container = await nginxInstance(t, [])
  const local = await nginxInstance(t, [])
  const text = (folder: string, name: string): string => readFileSync(path.join(folder, name), 'utf8')

  renderTemplates(container.folder, await asHere({ ...environment, MADANG_NGINX: program }))
  writeNginxConfig({
    ...{ ...local, trustedProxies: ['10.0.0.1', 'fd00::/8'] },
    servers: ['unix:/run/madang/server-1.sock', 'unix:/run/madang/server-2.sock'],
    ...{ mediaFolder: '/media', webFolder: '/srv/madang', accessLog: '/dev/stdout', errorLog: 'stderr' },
  })

  const same = ['locations.conf', 'problems.conf', 'upstream.conf', 'snippets/proxy.conf', 'snippets/sse.conf']
  for (const name of [...same, 'snippets/web.conf', 'snippets/websocket.conf', 'snippets/compressed.conf']) {
    t.is(
      text(local.folder, name).replaceAll('"unix:', 'unix:').replaceAll('.sock"', '.sock'),
      text(container.folder, name),
      name,
    )
  }
  const main = (folder: string): string =>
    text(folder, 'nginx.conf').replaceAll(/^ *listen .*$|^user .*$|^worker_processes .*$/gm, '')
  t.is(main(local.folder), main(container.folder))
})

const wrong: [what: string, settings: Record<string, string>, sentence: RegExp][] = [
  ['a way to choose that is none', { MADANG_BALANCE: 'sticky' }, /MADANG_BALANCE=sticky: give ip_hash, address or/],
  ['connections that are no number', { MADANG_WORKER_CONNECTIONS: '8k' }, /MADANG_WORKER_CONNECTIONS=8k: give a whole/],
  ['no connections', { MADANG_WORKER_CONNECTIONS: '0' }, /MADANG_WORKER_CONNECTIONS=0: give a whole number above 0/],
  ['more than can be', { MADANG_WORKER_CONNECTIONS: '10000000' }, /=10000000: give a whole number above 0, below ten/],
  ['neither on nor off', { MADANG_PROXY_PROTOCOL: 'yes' }, /MADANG_PROXY_PROTOCOL=yes: give on or off/],
  ['TLS without an address', { MADANG_TLS_ADDRESSES: '8443' }, /PUBLIC_ORIGIN=: with TLS it is/],
  [
    'TLS at an address without it',
    { MADANG_TLS_ADDRESSES: '8443', PUBLIC_ORIGIN: 'http://a.example' },
    /https:\/\/ and/,
  ],
  ['an address with a path', { MADANG_TLS_ADDRESSES: '8443', PUBLIC_ORIGIN: 'https://a.example/' }, /without a path/],
  ['directives in it', { MADANG_TLS_ADDRESSES: '8443', PUBLIC_ORIGIN: 'https://a;return 200' }, /without a path/],
]

for (const [what, settings, sentence] of wrong) {
  test(`${what} is said in a sentence, and nothing is written`, (t) => {
    t.throws(() => deriveSettings({ MADANG_NGINX: program, ...settings }), { message: sentence })
  })
}

/** What it makes of connections where `ulimit` is this program of a shell, and what it says. */
function limited(ulimit: string, connections: string): { made: Record<string, string>; said: string } {
  const names = ['MADANG_WORKER_CONNECTIONS', 'MADANG_WORKER_FILES']
  const say = names.map((name) => `"$${name}"`).join(' ')
  const script = path.join(projectFolder, 'nginx/settings.envsh')
  const words = ['-ec', `ulimit() { ${ulimit}; }; . "$0"; echo ${say}`, script]
  const env = { PATH: process.env['PATH'] ?? '', MADANG_NGINX: program, MADANG_WORKER_CONNECTIONS: connections }
  const { stdout, stderr } = spawnSync('/bin/sh', words, { env, encoding: 'utf8' })
  const values = stdout.trim().split(' ')
  return { made: Object.fromEntries(names.map((name, index) => [name, values[index] ?? ''])), said: stderr }
}

const fewFiles = 'case $1 in -Hn) echo 1000 ;; *) [ "$2" -le 1000 ] ;; esac'

test('a connection has two files, where Nginx may open as many', (t) => {
  t.deepEqual(limited('true', ''), {
    made: { MADANG_WORKER_CONNECTIONS: '32768', MADANG_WORKER_FILES: '65536' },
    said: '',
  })
  t.deepEqual(limited(fewFiles, '500'), {
    made: { MADANG_WORKER_CONNECTIONS: '500', MADANG_WORKER_FILES: '1000' },
    said: '',
  })
})

test('where it may not it has fewer connections, which is said, and Nginx has nothing to complain of', async (t) => {
  const { made, said } = limited(fewFiles, '501')
  const instance = await nginxInstance(t, ['127.0.0.1:3001'])
  writeNginxConfig(instance)
  const file = path.join(instance.folder, 'nginx.conf')
  const written = readFileSync(file, 'utf8')
  writeFileSync(
    file,
    written
      .replace(/^worker_rlimit_nofile \d+;$/m, `worker_rlimit_nofile ${made['MADANG_WORKER_FILES']};`)
      .replace(/^ {2}worker_connections \d+;$/m, `  worker_connections ${made['MADANG_WORKER_CONNECTIONS']};`),
  )

  t.is(said, 'A worker of Nginx has 500 connections instead of 501: it may open 1000 files (ulimit -Hn)\n')
  t.deepEqual(made, { MADANG_WORKER_CONNECTIONS: '500', MADANG_WORKER_FILES: '1000' })
  t.not(readFileSync(file, 'utf8'), written)
  const words = [program, ...nginxArguments(instance), '-t']
  const tried = spawnSync('/bin/sh', ['-c', 'ulimit -n 1000; exec "$@"', 'sh', ...words], { encoding: 'utf8' })
  t.is(tried.status, 0, tried.stderr)
  t.notRegex(tried.stderr, /\[(warn|alert|emerg)\]/)
})

test('a port alone is listened to by IPv4 and IPv6, and what is for this machine by neither proxy nor TLS', (t) => {
  const { MADANG_LISTEN, MADANG_LISTEN_PLAIN } = deriveSettings({
    MADANG_NGINX: program,
    MADANG_ADDRESSES: '8080',
    MADANG_TLS_ADDRESSES: '8443',
    MADANG_INNER_ADDRESSES: '127.0.0.1:8079',
    MADANG_PROXY_PROTOCOL: 'on',
    PUBLIC_ORIGIN: 'https://a.example',
  })

  const each = (text: string): string[] => text.replaceAll(' http2', '').split('; ').filter(Boolean)
  const ofTls = ['listen 8443 ssl proxy_protocol', 'listen [::]:8443 ssl proxy_protocol', 'listen 127.0.0.1:8079']
  t.deepEqual(each(MADANG_LISTEN), ofTls)
  t.deepEqual(each(MADANG_LISTEN_PLAIN), ['listen 8080 proxy_protocol', 'listen [::]:8080 proxy_protocol'])
})

for (const [balance, count] of [
  ['ip_hash', 1],
  ['address', 2],
  ['least_conn', 2],
] as const) {
  test(`people of one network meet ${count === 1 ? 'one server' : 'both servers'} by ${balance}`, async (t) => {
    const { ask } = await front(t, 2, { balance })

    const met = new Set<string>()
    for (let n = 1; n <= 16; n += 1) met.add((await ask({ from: `127.0.7.${n}` })).body.server)

    t.is(met.size, count)
  })
}

/** A site's settings with everything that they lead to, at ports of this machine that are free. */
async function asHere(settings: Record<string, string>): Promise<Record<string, string>> {
  const derived = deriveSettings(settings)
  for (const port of ['8080', '8443', '8079']) {
    const free = await freePort()
    for (const name of ['MADANG_LISTEN', 'MADANG_LISTEN_PLAIN'] as const) {
      derived[name] = derived[name].replaceAll(new RegExp(`\\b${port}\\b`, 'g'), String(free))
    }
  }
  return { ...settings, ...derived }
}

function accepted(t: ExecutionContext, instance: Pick<NginxInstance, 'program' | 'folder' | 'errorLog'>): void {
  const answer = spawnSync(instance.program, [...nginxArguments(instance), '-t'], { encoding: 'utf8' })
  t.is(answer.status, 0, answer.stderr)
  t.notRegex(answer.stderr, /\[(warn|emerg|alert)\]/)
}
