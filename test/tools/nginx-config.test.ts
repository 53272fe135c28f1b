import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { freePort } from '../../tools/ports.ts'
import { writeCertificate } from '../support/certificate.ts'
import { projectFolder } from '../../tools/paths.ts'

/** The command that sets up an Nginx without containers. */

test('a machine without containers gets the configuration in a folder, tried by Nginx, and how to start it', async (t) => {
  const { folder, run } = setting(t)
  const { certificate, key } = writeCertificate(folder)
  const [plain, tls] = [await freePort(), await freePort()]

  const { status, stdout } = run(['--to', 'front'], {
    MADANG_ADDRESSES: `127.0.0.1:${plain}`,
    MADANG_TLS_ADDRESSES: `127.0.0.1:${tls}`,
    PUBLIC_ORIGIN: 'https://madang.example.org',
    ...{ MADANG_TLS_CERTIFICATE: certificate, MADANG_TLS_KEY: key },
    MADANG_SERVERS: '10.0.0.1:3000 unix:/run/madang/server-1.sock',
    MADANG_BALANCE: 'least_conn',
    MADANG_UPLOADS_AT_ONCE: '7',
    MADANG_BODY_MAX: '2m',
  })

  t.is(status, 0, stdout)
  t.regex(stdout, /Nginx accepts it\. Start it with\n {2}\S*nginx .*-c \S*\/front\/nginx\.conf/)
  const text = (name: string): string => readFileSync(path.join(folder, 'front', name), 'utf8')
  t.regex(text('upstream.conf'), /least_conn;\n {2}server "10\.0\.0\.1:3000" max_fails=0; server "unix:\/run/)
  t.regex(text('locations.conf'), /limit_conn all_uploads 7;/)
  t.regex(text('nginx.conf'), new RegExp(`client_max_body_size 2m;[^]*listen 127\\.0\\.0\\.1:${tls} ssl`))
  t.regex(text('redirect.conf'), new RegExp(`listen 127\\.0\\.0\\.1:${plain};`))
})

test('what is missing or cannot be meant is said in a sentence, and what Nginx says against it', async (t) => {
  const { folder, run } = setting(t)
  const address = { MADANG_ADDRESSES: `127.0.0.1:${await freePort()}` }
  const wrong: [args: string[], env: Record<string, string>, sentence: RegExp][] = [
    [[], {}, /Say where it goes\nnpm run nginx/],
    [['--too', 'x'], {}, /--too/],
    [['--to', 'front'], { MADANG_BALANCE: 'round' }, /MADANG_BALANCE=round/],
    [['--to', 'front'], { MADANG_UPLOADS_AT_ONCE: 'many' }, /MADANG_UPLOADS_AT_ONCE=many: give a whole number/],
    [['--to', 'front'], { MADANG_WORKER_CONNECTIONS: 'many' }, /MADANG_WORKER_CONNECTIONS=many: give a whole number/],
    [['--to', 'front'], { ...address, MADANG_BODY_MAX: 'big' }, /Nginx does not accept it:[^]*client_max_body_size/],
  ]
  for (const [args, env, sentence] of wrong) {
    const { status, stderr } = run(args, env)
    t.is(status, 1, String(sentence))
    t.regex(stderr, sentence)
  }
  t.false(readdirSync(folder).includes('x'))
})

test('every setting that is read is in the guide', (t) => {
  const guide = readFileSync(path.join(projectFolder, 'docs/nginx.md'), 'utf8')
  const tool = readFileSync(path.join(projectFolder, 'tools/nginx-config.ts'), 'utf8')
  const names = [...tool.matchAll(/'((?:MADANG|MEDIA)_\w+)'/g)].map(([, name = '']) => name)

  t.true(names.length > 20, String(names.length))
  t.deepEqual(
    names.filter((name) => !guide.includes(`\`${name}\``)),
    [],
  )
})

const asRoot = process.getuid?.() === 0 ? test : test.skip

asRoot('where it begins as root, whose its workers are has to be said', (t) => {
  const { folder, run } = setting(t)

  const { status, stderr } = run(['--to', 'front'], { MADANG_USER: '' })

  t.is(status, 1)
  t.regex(stderr, /^MADANG_USER: Nginx begins as root here; name the user/m)
  t.deepEqual(readdirSync(path.join(folder, 'front')), [])
  t.is(run(['--to', 'front'], { MADANG_USER: 'daemon' }).status, 0)
  t.regex(readFileSync(path.join(folder, 'front', 'nginx.conf'), 'utf8'), /^user daemon;$/m)
})

const byName = process.env['NAMED_NGINX'] ?? ''
const named = byName === '' ? test.skip : test

named('servers that have names of IPv6 alone are asked for so', (t) => {
  const { folder, run } = setting(t)
  const env = {
    NGINX_SERVER: byName,
    MADANG_ADDRESSES: '127.0.0.1:8080',
    MADANG_NAMED_SERVERS: 'servers.example:3000',
    MADANG_RESOLVER: '[::1]:53',
  }
  const written = (more: Record<string, string>) => {
    const { status, stderr } = run(['--to', 'front'], { ...env, ...more })
    return { status, stderr, text: readFileSync(path.join(folder, 'front', 'upstream.conf'), 'utf8') }
  }

  t.like(written({}), { status: 0 })
  t.regex(written({}).text, /resolver \[::1\]:53 valid=5s ipv6=off; server servers\.example:3000 resolve/)
  t.like(written({ MADANG_RESOLVER_IPV6: 'on' }), { status: 0 })
  t.regex(written({ MADANG_RESOLVER_IPV6: 'on' }).text, /resolver \[::1\]:53 valid=5s ipv6=on;/)
  t.regex(written({ MADANG_RESOLVER_IPV6: 'yes' }).stderr, /MADANG_RESOLVER_IPV6=yes: give on or off/)
})

function setting(t: ExecutionContext) {
  const folder = mkdtempSync(path.join(tmpdir(), 'madang-front-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const script = path.join(projectFolder, 'tools', 'nginx-config.ts')
  const run = (args: string[], env: Record<string, string>) => {
    const own = {
      PATH: process.env['PATH'],
      NGINX_SERVER: process.env['NGINX_SERVER'],
      MADANG_USER: userInfo().username,
    }
    return spawnSync(process.execPath, [script, ...args], { cwd: folder, encoding: 'utf8', env: { ...own, ...env } })
  }
  return { folder, run }
}
