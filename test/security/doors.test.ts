import test from 'ava'
import type { ExecutionContext } from 'ava'
import type { Player } from './cast.ts'
import { matrix } from './matrix.ts'
import { fill } from './routes.ts'
import type { ServedRoute } from './routes.ts'
import { siteOf } from './site.ts'
import { missing } from './things.ts'
import { shakeHands, standardHeaders } from './ws/raw-socket.ts'

/** What must hold at every route, whatever it is for. */
const site = siteOf(test)

const isUnsafe = ({ method }: ServedRoute): boolean => method !== 'GET'
const isProbe = ({ path }: ServedRoute): boolean => ['/livez', '/readyz', '/metrics'].includes(path)

test.serial(
  'every answer of every route, refusals too, has the headers that keep browsers safe and says where one stands',
  async (t) => {
    // Somebody whom nobody needs afterwards: one of the routes signs them out.
    const passing = await site().cast.standIn('admin')
    for (const route of site().routes) {
      for (const player of [undefined, passing]) {
        const { answer } = await site().ask(`${route.method} ${site().nowhere(route)}`, player ? { player } : {})
        requireSafeHeaders(t, answer.headers, `${route.line} → ${answer.status}`)
        t.is(answer.headers.get('ratelimit-policy')?.includes('"requests"') ?? false, !isProbe(route), route.line)
        t.is(answer.headers.has('ratelimit'), !isProbe(route), route.line)
      }
    }
    requireSafeHeaders(t, (await site().ask('GET /v1/nowhere')).answer.headers, 'nowhere')
    requireSafeHeaders(t, (await site().ask('PATCH /v1/rooms')).answer.headers, 'a wrong method')
  },
)

test.serial('the documents and their pages come through Nginx whole', async (t) => {
  const documents = ['/openapi.json', '/openapi/chat.json', '/asyncapi.json']
  for (const path of [...documents, '/docs', '/docs/live', '/docs/swagger-ui-bundle.js', '/docs/initializer.js']) {
    const [near, far] = await Promise.all(
      [site().cast.origin, site().stack.address].map((origin) => fetch(`${origin}${path}`)),
    )
    t.is(far?.status, 200, path)
    // What is compressed on the way has a weak one of the same name.
    t.is(far?.headers.get('etag')?.replace('W/', ''), near?.headers.get('etag') ?? '', path)
    t.is(far?.headers.get('content-security-policy'), near?.headers.get('content-security-policy'), path)
    t.deepEqual(await far?.text(), await near?.text(), path)
  }
})

function requireSafeHeaders(t: ExecutionContext, headers: Headers, what: string): void {
  t.is(headers.get('x-content-type-options'), 'nosniff', what)
  t.is(headers.get('referrer-policy'), 'no-referrer', what)
  t.is(headers.get('x-frame-options'), 'DENY', what)
  t.regex(headers.get('content-security-policy') ?? '', /default-src 'none'.*frame-ancestors 'none'/, what)
  t.notRegex(headers.get('content-security-policy') ?? '', /unsafe-eval|script-src [^;]*(unsafe|http|\*)/, what)
  t.truthy(headers.get('strict-transport-security'), what)
  t.regex(headers.get('cache-control') ?? '', /^(no-store(, no-transform)?|private, no-cache)$/, what)
  t.regex(headers.get('x-request-id') ?? '', /^[\w-]{8,64}$/, what)
  t.is(headers.get('x-powered-by'), null, what)
  t.is(headers.get('access-control-allow-origin'), null, what)
}

const safeHeaders = [
  ...['content-security-policy', 'referrer-policy', 'strict-transport-security', 'x-content-type-options'],
  ...['x-frame-options', 'cache-control', 'content-type'],
]

test.serial('what Nginx and the door for sockets refuse by themselves has the same headers', async (t) => {
  const url = (origin: string): string => `${origin.replace('http', 'ws')}/v1/socket`
  const ours = (await site().ask('GET /v1/nowhere')).answer.headers
  const nginx = await fetch(`${site().stack.address}/metrics`)
  const door = await shakeHands(url(site().stack.serverAddress('server-1')), standardHeaders())
  const strict = await shakeHands(url(site().stack.serverAddress('server-1')), {
    ...standardHeaders(),
    Authorization: `Bearer ${site().cast.alice.token}`,
    'Sec-WebSocket-Key': 'x',
  })

  t.is(nginx.status, 404)
  for (const name of safeHeaders) {
    const line = `${name}: ${ours.get(name)}`
    t.truthy(ours.get(name), name)
    t.is(`${name}: ${nginx.headers.get(name)}`, line)
    for (const { head } of [door, strict]) t.true(head.toLowerCase().includes(line.toLowerCase()), `${line} in ${head}`)
  }
  for (const { socket } of [door, strict]) socket.destroy()
})

test.serial('no route that changes something obeys another site, whatever form it sends', async (t) => {
  const before = await site().quietChecksums()
  const cookie = `madang-access=${site().cast.player('admin')!.token}`
  const forms = [
    'application/x-www-form-urlencoded',
    'text/plain',
    'multipart/form-data; boundary=x',
    'application/json',
  ]
  const unsafe = site().routes.filter(isUnsafe)

  t.true(unsafe.length > 25)
  for (const route of unsafe) {
    for (const type of forms) {
      const headers = { cookie, 'content-type': type, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
      const { answer, body } = await site().ask(`${route.method} ${site().nowhere(route)}`, {
        headers,
        body: '{"text":"x"}',
      })
      t.is(`${answer.status} ${String(body['code'])}`, '403 forbidden', `${route.line} as ${type}`)
    }
    const { origin, ...silent } = { cookie, origin: 'null', 'sec-fetch-site': 'none', 'content-type': 'text/plain' }
    t.is(
      (await site().ask(`${route.method} ${site().nowhere(route)}`, { headers: { ...silent, origin } })).answer.status,
      403,
      route.line,
    )
  }
  t.deepEqual(await site().quietChecksums(), before)
})

const firstPages = [
  ...['GET /v1/timeline', 'GET /v1/people/:username/posts', 'GET /v1/posts/:id/comments', 'GET /v1/posts/:id/likes'],
  ...[
    'GET /v1/people/:username/followers',
    'GET /v1/people/:username/following',
    'GET /v1/me/blocks',
    'GET /v1/me/mutes',
  ],
  ...['GET /v1/sessions', 'GET /v1/notifications', 'GET /v1/rooms', 'GET /v1/me/rooms'],
]

test.serial('who has an answer already is not sent it again, wherever the document says so', async (t) => {
  const player = site().cast.player('mentor')!
  const named = site().routes.filter(({ hasEtag }) => hasEtag)

  t.deepEqual(
    firstPages.filter((line) => !named.some((route) => route.line === line)),
    [],
  )
  for (const route of named) {
    const path = fill(route.path, await site().ownParts(route, player))
    const first = await site().ask(`GET ${path}`, { player })
    const etag = first.answer.headers.get('etag') ?? ''
    const again = await site().ask(`GET ${path}`, { player, headers: { 'if-none-match': etag } })
    t.regex(etag, /^(W\/)?"[^"]+"$/, route.line)
    t.deepEqual([first.answer.status, again.answer.status], [200, 304], route.line)
  }
})

test.serial('looking changes nothing', async (t) => {
  const player = site().cast.player('mentor')!
  const looks = site().routes.filter((route) => !isUnsafe(route))
  const paths = new Map<ServedRoute, string>()
  for (const route of looks) paths.set(route, fill(route.path, await site().ownParts(route, player)))
  const before = await site().quietChecksums()

  t.true(looks.length > 25)
  for (const [route, path] of paths) {
    const { answer } = await site().ask(`GET ${path}`, { player })
    t.true([200, 403, 426].includes(answer.status), `${route.line} → ${answer.status}`)
  }
  t.deepEqual(await site().quietChecksums(), before)
})

const others = {
  role: 'admin',
  id: '1',
  created_at: '2020-01-01',
  createdAt: '2020-01-01',
  likes: 99,
  isAdmin: true,
  author: '1',
}

test.serial('what a body must not say is refused by name, and nothing is written', async (t) => {
  const player = site().cast.player('mentor')!
  const bodies = Object.entries(matrix).filter(([line, row]) => row.body !== undefined && line !== 'POST /v1/media')

  t.true(bodies.length > 12)
  const asked = []
  for (const [line, row] of bodies) {
    const route = site().routes.find((served) => served.line === line)!
    const who = line.includes('/admin/') ? site().cast.player('admin')! : player
    asked.push({ line, row, route, who, parts: await site().ownParts(route, who) })
  }
  const before = await site().quietChecksums()
  for (const { line, row, route, who, parts } of asked) {
    const good = (await row.body?.(parts)) as Record<string, unknown>
    const strange = Object.fromEntries(Object.entries(others).filter(([name]) => !(name in good)))
    for (const body of [JSON.stringify({ ...strange, ...good }), withPrototype(good)]) {
      const headers = { 'content-type': 'application/json' }
      const { answer, body: problem } = await site().ask(`${route.method} ${fill(route.path, parts)}`, {
        player: who,
        headers,
        body,
      })
      const faults = (problem['errors'] ?? []) as { pointer: string; code: string }[]
      const named = faults.filter(({ code }) => code === 'unknown_key').map(({ pointer }) => pointer.slice(1))
      t.is(answer.status, 422, `${line} ${body}`)
      t.deepEqual(named, body.startsWith('{"__proto__"') ? ['__proto__', 'constructor'] : Object.keys(strange), line)
    }
    t.deepEqual(await site().checksums(), before, line)
  }
})

/** As text, since an object of that shape cannot be written down. */
function withPrototype(good: Record<string, unknown>): string {
  const pollution = '"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}'
  return `{${[pollution, JSON.stringify(good).slice(1, -1)].filter(Boolean).join(',')}}`
}

const oddParts = [
  'x'.repeat(300),
  '9'.repeat(300),
  '%2f',
  '..%2f..%2fetc%2fpasswd',
  '%00',
  '1%00',
  '%0d%0aset-cookie:x=1',
  '%ff',
  '%F0%9F%98%80',
  '%EF%BC%91',
  '0',
  '-1',
  '01',
  '1e3',
  '1.5',
  '18446744073709551616',
  "1'%20OR%20'1'='1",
  '__proto__',
  'constructor',
]

test.serial('no name or id, however odd, is anything but not there or not valid', async (t) => {
  const player = site().cast.player('admin')!
  const named = site().routes.filter(({ path }) => path.includes(':'))
  const before = await site().quietChecksums()

  t.true(named.length > 25)
  for (const route of named) {
    const row = matrix[route.line]
    const body = row?.body === undefined ? undefined : JSON.stringify(await row.body(missing))
    for (const odd of oddParts) {
      const path = route.path.replaceAll(/:\w+/g, odd)
      const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
      const { answer } = await site().ask(`${route.method} ${path}`, {
        player,
        headers,
        ...(body === undefined ? {} : { body }),
      })
      t.true([400, 404, 422].includes(answer.status), `${route.method} ${path} → ${answer.status}`)
      t.is(answer.headers.get('content-type'), 'application/problem+json', path)
      t.is(answer.headers.get('set-cookie'), null, path)
    }
  }
  t.deepEqual(await site().quietChecksums(), before)
})

test.serial(
  'a query that a route does not know is refused or overlooked, and never merged into anything',
  async (t) => {
    const player = site().cast.player('admin')!
    const me = async () => (await site().ask('GET /v1/me', { player })).body
    const [before, rows] = [await me(), await site().quietChecksums()]
    let asked = 0
    for (const route of site().routes.filter((one) => !isUnsafe(one))) {
      for (const query of ['__proto__[isAdmin]=1', '__proto__=1', 'constructor=1&constructor=2', 'limit=1&limit=2']) {
        const { answer } = await site().ask(`GET ${site().nowhere(route)}?${query}`, { player })
        t.true(answer.status < 500, `${route.line} ?${query} → ${answer.status}`)
        asked += 1
      }
    }
    t.true(asked > 0)
    t.deepEqual(await me(), before)
    t.deepEqual(await site().quietChecksums(), rows)
  },
)

/** Texts that a column of names, a pattern or a driver may choke on. */
const odd = ['안녕 👋🏽', '\u0000', '\u2028', 'İ', '\uFFFF', "'; DROP TABLE accounts; -- é", '9'.repeat(60)]

test.serial('no text, in whatever member of a body or a query, is an error of ours', async (t) => {
  t.timeout(120_000)
  const player = site().cast.player('admin')!
  const faults: string[] = []
  const ask = async (line: string, target: string, body?: unknown) => {
    const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
    const text = body === undefined ? {} : { body: JSON.stringify(body) }
    const { status } = (await site().ask(`${line.split(' ')[0]} ${target}`, { player, headers, ...text })).answer
    if (status >= 500) faults.push(`${line} ${JSON.stringify(body ?? decodeURIComponent(target))} → ${status}`)
  }
  let asked = 0
  for (const [line, row] of Object.entries(matrix)) {
    if (row.body === undefined || row.endsSession === true || line === 'POST /v1/media') continue
    const route = site().routes.find((one) => one.line === line)!
    const parts = await site().ownParts(route, player)
    const body = (await row.body(parts)) as Record<string, unknown>
    const words = Object.keys(body).filter((name) => typeof body[name] === 'string')
    for (const name of words) {
      for (const text of odd) await ask(line, fill(route.path, parts), { ...body, [name]: text })
      asked += 1
    }
  }
  for (const route of site().routes) {
    if (route.method !== 'GET' || route.line === 'GET /v1/stream') continue
    const parts = await site().ownParts(route, player)
    for (const name of route.query) {
      for (const text of odd) await ask(route.line, `${fill(route.path, parts)}?${name}=${encodeURIComponent(text)}`)
      asked += 1
    }
  }

  t.true(asked > 50, String(asked))
  t.deepEqual(faults, [])
})

const scripts = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "javascript:alert('1')",
  '</title><svg/onload=alert(1)>',
  '{{constructor.constructor("alert(1)")()}}',
  '&lt;b&gt; stays as it is &amp;',
]

test.serial(
  'every route that takes a key gives its first answer again, once to each account, and creates nothing more',
  async (t) => {
    const [mina, ada] = [site().cast.player('mentor')!, site().cast.player('admin')!]
    const creating = site().routes.filter(({ isIdempotent }) => isIdempotent)

    t.true(creating.length >= 4)
    for (const route of creating) {
      const parts = await site().ownParts(route, mina)
      const content = await matrix[route.line]?.body?.(parts)
      const post = async (player: Player) => {
        const isForm = content instanceof FormData
        const answer = await fetch(`${site().cast.origin}${fill(route.path, parts)}`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${player.token}`,
            'idempotency-key': `once ${route.line}`,
            ...(isForm ? {} : { 'content-type': 'application/json' }),
          },
          body: isForm ? content : JSON.stringify(content),
        })
        const { status, headers } = answer
        return {
          status,
          location: headers.get('location'),
          replayed: headers.get('idempotency-replayed'),
          body: await answer.json(),
        }
      }
      const first = await post(mina)
      const before = await site().quietChecksums()
      const again = await post(mina)
      const after = await site().quietChecksums()
      const adas = await post(ada)

      t.like(first, { status: 201, replayed: null }, route.line)
      t.deepEqual(again, { ...first, replayed: 'true' }, route.line)
      t.deepEqual(after, before, route.line)
      t.like(adas, { status: 201, replayed: null }, route.line)
      t.not(adas.location, first.location, route.line)
    }
    t.notRegex(site().stack.logOf('server-1'), /did not settle/)
  },
)

test.serial('what people write comes back as they wrote it, as data that no browser runs', async (t) => {
  const player = site().cast.player('mentor')!
  const headers = { 'content-type': 'application/json' }
  for (const script of scripts) {
    const write = async (line: string, body: unknown) => {
      const reply = await site().ask(line, { player, headers, body: JSON.stringify(body) })
      t.true(reply.answer.ok, `${line} ${script} → ${reply.answer.status}`)
      return reply
    }
    const post = await write('POST /v1/posts', { text: script })
    const comment = await write(`POST /v1/posts/${String(post.body['id'])}/comments`, { text: script })
    const room = await write('POST /v1/rooms', { name: script, topic: script, seats: 2 })
    const me = await write('PATCH /v1/me', { displayName: script.slice(0, 50), bio: script })
    const read = await site().ask(`GET /v1/posts/${String(post.body['id'])}`, { player })

    t.deepEqual([post.body['text'], comment.body['text'], read.body['text']], [script, script, script])
    t.deepEqual([room.body['name'], room.body['topic'], me.body['bio']], [script, script, script])
    for (const { answer } of [post, comment, room, me, read]) {
      t.is(answer.headers.get('content-type'), 'application/json')
      requireSafeHeaders(t, answer.headers, script)
    }
  }
})
