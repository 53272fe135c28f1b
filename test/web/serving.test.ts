import { readFileSync, readdirSync } from 'node:fs'
import { request } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import test from 'ava'
import { deriveSettings } from '../../tools/nginx-settings.ts'
import { webFolder } from '../../tools/paths.ts'
import { frontOf, startFront } from './front.ts'

/** What Nginx answers to a browser that wants the client. */

const front = frontOf(test)
const built = (name: string): Buffer => readFileSync(path.join(webFolder, name))

/** Asked as it is written: no library that tidies paths or unpacks answers. */
function ask(target: string, headers: Record<string, string> = {}, method = 'GET') {
  const { promise, resolve, reject } = Promise.withResolvers<{
    status?: number
    headers: IncomingHttpHeaders
    body: Buffer
  }>()
  const { hostname, port } = new URL(front())
  const outgoing = request(
    { hostname, port, path: target, method, headers, agent: false, timeout: 30_000 },
    (answer) => {
      const pieces: Buffer[] = []
      answer.on('data', (piece: Buffer) => void pieces.push(piece))
      answer.on('error', reject)
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(pieces) }),
      )
    },
  )
  outgoing.on('error', reject)
  outgoing.end()
  return promise
}

const navigation = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }

const policyFor = (pictures: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src 'self'${pictures}`,
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')

const safe = {
  'content-security-policy': policyFor(''),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

test('every address of the client is its one page, asked about at each visit, under a policy that lets nothing else run', async (t) => {
  const pages = [
    '/',
    '/rooms/1',
    '/people/alice_1/followers',
    `/tags/${encodeURIComponent('마당')}`,
    '/no/such/page?x=1',
  ]
  for (const target of pages) {
    const { status, headers, body } = await ask(target, navigation)
    t.is(status, 200, target)
    t.like(headers, { ...safe, 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' }, target)
    t.deepEqual(body, built('index.html'), target)
  }
  const { headers } = await ask('/', navigation)
  const again = await ask('/', { ...navigation, 'if-none-match': headers.etag ?? '' })
  t.is(again.status, 304)
  t.like(again.headers, safe)
})

test('what the page loads first is there, compressed for who takes that, and kept for a year', async (t) => {
  const named = [
    ...built('index.html')
      .toString()
      .matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g),
  ].map(([, name = '']) => name)
  t.true(named.some((name) => name.endsWith('.js')))
  t.true(named.some((name) => name.endsWith('.css')))
  for (const name of named) {
    const type = name.endsWith('.js') ? 'text/javascript; charset=utf-8' : 'text/css; charset=utf-8'
    const plain = await ask(name)
    t.is(plain.status, 200, name)
    t.like(plain.headers, { ...safe, 'content-type': type, 'cache-control': 'public, max-age=31536000, immutable' })
    t.is(plain.headers['content-encoding'], undefined)
    t.deepEqual(plain.body, built(name), name)
  }
  const script = named.find((name) => name.endsWith('.js')) ?? ''
  const small = await ask(script, { 'accept-encoding': 'gzip, deflate, br' })
  t.like(small.headers, { 'content-encoding': 'gzip', vary: 'Accept-Encoding' })
  t.deepEqual(gunzipSync(small.body), built(script))
})

test('every text of the build has a compressed one beside it that holds the same', (t) => {
  const names = readdirSync(webFolder, { recursive: true, encoding: 'utf8' })
  const compressed = names.filter((name) => name.endsWith('.gz'))
  for (const name of compressed) t.deepEqual(gunzipSync(built(name)), built(name.slice(0, -3)), name)
  const large = names.filter((name) => /\.(js|css|html)$/.test(name) && built(name).length > 500)
  t.true(large.length >= 2)
  t.deepEqual(
    large.filter((name) => !names.includes(`${name}.gz`)),
    [],
  )
})

test('files with fixed names have their own types, and are asked about again after ten minutes', async (t) => {
  const types = {
    '/favicon.svg': 'image/svg+xml',
    '/manifest.webmanifest': 'application/manifest+json',
    '/robots.txt': 'text/plain; charset=utf-8',
    '/theme.js': 'text/javascript; charset=utf-8',
  }
  for (const [target, type] of Object.entries(types)) {
    const { status, headers, body } = await ask(target)
    t.is(status, 200, target)
    t.like(headers, { ...safe, 'content-type': type, 'cache-control': 'public, max-age=600' }, target)
    t.deepEqual(body, built(target.slice(1)))
    t.is((await ask(target, { 'if-none-match': headers.etag ?? '' })).status, 304, target)
  }
})

test('a file that is not there is a problem and never a page, and no way leads out of the folder', async (t) => {
  const missing = [
    '/assets/index-00000000.js',
    '/assets/',
    '/assets',
    '/nothing.js',
    '/favicon.ico',
    '/deep/nothing.css',
    '/wp-login.php',
  ]
  const hidden = ['/.made-from', '/.git/config', '/.env', '/index.html', '/index.html.gz', '/assets/../.made-from']
  const outside = ['/assets/..%2f..%2f..%2fpackage.json', '/assets/%2e%2e/%2e%2e/package.json', '/../package.json']
  for (const target of [...missing.filter((one) => one !== '/assets'), ...hidden, ...outside]) {
    const { status, headers, body } = await ask(target, navigation)
    t.true(status === 404 || status === 400, `${target} ${status}`)
    t.is(headers['content-type'], 'application/problem+json', target)
    t.regex(body.toString(), /"code":"(not_found|malformed)"/, target)
  }
})

test('a program that asks for data at an address of no route is told so, and a person gets the page', async (t) => {
  for (const accept of ['application/json', 'application/problem+json, application/json;q=0.5']) {
    const { status, body } = await ask('/v2/rooms', { accept })
    t.is(status, 404, accept)
    t.regex(body.toString(), /"code":"not_found"/)
  }
  for (const accept of [navigation.accept, '*/*', 'application/json, text/html']) {
    const { status, headers } = await ask('/v2/rooms', { accept })
    t.is(status, 200, accept)
    t.regex(String(headers.vary), /Accept(,|$)/)
  }
})

test('a page is only for looking', async (t) => {
  for (const method of ['POST', 'PUT', 'DELETE']) {
    const { status, body } = await ask('/rooms', navigation, method)
    t.is(status, 405)
    t.regex(body.toString(), /"code":"method_not_allowed"/)
  }
  const { status, headers, body } = await ask('/rooms', navigation, 'HEAD')
  t.is(status, 200)
  t.is(headers['content-length'], String(built('index.html').length))
  t.is(body.length, 0)
})

test('the API and its documents are the servers’, whatever they look like', async (t) => {
  const paths = [
    '/v1/',
    '/v1/people/a.b',
    '/v1/x.js',
    '/docs',
    '/docs/page.css',
    '/openapi.json',
    '/openapi/chat.json',
    '/asyncapi.json',
  ]
  const further = ['/.well-known/jwks.json', '/livez', '/admin/queues', '/admin/queues/x.js']
  for (const target of [...paths, ...further]) t.is((await ask(target, navigation)).headers['x-asked-for'], target)
  for (const target of ['/documents', '/admin', '/admin/closings', '/livez/x', '/v1x']) {
    t.is((await ask(target, navigation)).headers['content-type'], 'text/html; charset=utf-8', target)
  }
})

test('pictures that are kept elsewhere may be shown from there alone, as the container would say it too', async (t) => {
  const mediaBaseUrl = 'https://pictures.example.org:8443/public'
  const other = await startFront({ mediaBaseUrl })
  t.teardown(() => other.stop())

  const { headers } = await fetch(other.address)
  t.is(headers.get('content-security-policy'), policyFor(' https://pictures.example.org:8443'))

  const said = (MEDIA_BASE_URL: string): string => deriveSettings({ MEDIA_BASE_URL }).MADANG_PICTURES_FROM
  t.is(said(mediaBaseUrl), ' https://pictures.example.org:8443')
  t.is(said('http://cdn.example'), ' http://cdn.example')
  t.is(said('/media'), '')
  t.is(said(''), '')
})
