import { createServer } from 'node:http'
import { connect } from 'node:net'
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { gunzipSync } from 'node:zlib'
import test from 'ava'
import { startNginx } from '../../tools/nginx.ts'
import { projectFolder } from '../../tools/paths.ts'
import { stopProcess } from '../../tools/processes.ts'
import { openHouse } from '../chat/house.ts'
import { eventually } from '../support/eventually.ts'
import { listening } from '../support/listening.ts'
import { worldOf } from '../support/world.ts'
import { front, nginxInstance, open, sayAt } from './nginx-front.ts'
import type { Question } from './nginx-front.ts'

/** What leaves packed, what must not, what waits for its client where, and what of a question no log may have: by what the routes are. */

const world = worldOf(test)

async function asked(port: number, question: Question): Promise<{ encoding: unknown; vary: unknown; bytes: Buffer }> {
  const headers = { 'accept-encoding': 'gzip', 'x-padding': '1000', ...question.headers }
  const response = await open({ ...question, port, headers })
  const pieces: Buffer[] = []
  for await (const piece of response) pieces.push(piece as Buffer)
  const { 'content-encoding': encoding, vary } = response.headers
  return { encoding, vary, bytes: Buffer.concat(pieces) }
}

test('data and documents leave packed for who takes that, and pictures and small things as they are', async (t) => {
  const { port } = await front(t, 1)

  for (const target of ['/v1/timeline', '/v1/rooms/1/messages', '/openapi.json', '/docs/page.css']) {
    const { encoding, vary, bytes } = await asked(port, { target })
    t.is(encoding, 'gzip', target)
    t.is(vary, 'Accept-Encoding')
    t.true(bytes.length < 1500 && gunzipSync(bytes).length > 8000, target)
  }
  const plain: [what: string, headers: Record<string, string>][] = [
    ['nobody asked for it', { 'accept-encoding': 'identity' }],
    ['it is small', { 'x-padding': '1' }],
    ['it is a picture', { 'x-type': 'image/webp' }],
    ['it is a stream', { 'x-type': 'text/event-stream' }],
  ]
  for (const [what, headers] of plain) {
    t.is((await asked(port, { target: '/v1/timeline', headers })).encoding, undefined, what)
  }
})

interface Document {
  paths: Record<string, Record<string, { responses: Record<string, unknown>; parameters?: { name?: string }[] }>>
}

/** Names of all members that may stand in it, whatever it refers to. */
function membersOf(document: Document, part: unknown, seen = new Set<unknown>()): string[] {
  if (typeof part !== 'object' || part === null || seen.has(part)) return []
  seen.add(part)
  return Object.entries(part).flatMap(([name, value]) => {
    const named = name === 'properties' && typeof value === 'object' && value !== null ? Object.keys(value) : []
    return [...named, ...membersOf(document, name === '$ref' ? meantBy(document, String(value)) : value, seen)]
  })
}

function meantBy(document: Document, reference: string): unknown {
  return reference
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((part, name) => (part as Record<string, unknown>)[name], document)
}

test('an answer with a token or a ticket in it is never packed, whichever route it is of', async (t) => {
  const house = await openHouse(world())
  const document = (await (await fetch(`${house.origin}/openapi.json`)).json()) as Document
  const routes = Object.entries(document.paths).flatMap(([pattern, methods]) =>
    Object.entries(methods).map(([method, { responses }]) => ({
      method: method.toUpperCase(),
      pattern,
      isSecret: membersOf(document, responses).some((name) => /token|ticket|secret/i.test(name)),
    })),
  )
  const { port } = await front(t, 1)
  const isPacked = async ({ method, pattern }: { method: string; pattern: string }): Promise<boolean> =>
    (await asked(port, { method, target: pattern.replaceAll(/\{\w+\}/g, '1') })).encoding === 'gzip'

  const secret = routes.filter((route) => route.isSecret)
  t.true(secret.length >= 4, secret.map(({ method, pattern }) => `${method} ${pattern}`).join())
  for (const route of secret) t.false(await isPacked(route), `${route.method} ${route.pattern}`)

  const feeds = routes.filter(({ method, pattern }) => method === 'GET' && /posts|timeline|messages/.test(pattern))
  t.true(feeds.length >= 4)
  for (const route of feeds) t.true(await isPacked(route), route.pattern)
})

test('a route that is searched at by its query is one of which the error log of Nginx says nothing but what is critical', async (t) => {
  const house = await openHouse(world())
  const document = (await (await fetch(`${house.origin}/openapi.json`)).json()) as Document
  const isSearch = ({ parameters = [] }: { parameters?: { name?: string }[] }) =>
    parameters.some(({ name }) => name === 'q')
  const searched = Object.entries(document.paths).flatMap(([pattern, methods]) =>
    Object.values(methods).some(isSearch) ? [pattern] : [],
  )
  const text = readFileSync(path.join(projectFolder, 'nginx/locations.conf'), 'utf8')

  t.true(searched.includes('/v1/people'))
  for (const pattern of searched) {
    const [, block = ''] = text.split(`\nlocation = ${pattern} {\n`)
    t.regex(block.split('\n}')[0] ?? '', /^ {2}error_log \S+ crit;$/m, pattern)
  }
})

test('an answer whose client does not take it waits at its server, and fills no disk of Nginx', async (t) => {
  const whole = 64 * 1024 * 1024
  const piece = Buffer.alloc(64 * 1024)
  let given = 0
  function* pieces() {
    for (; given < whole; given += piece.length) yield piece
  }
  const large = createServer((_, res) => void pipeline(Readable.from(pieces()), res).catch(() => undefined))
  const server = await listening(large)
  t.teardown(() => server.close())
  const instance = await nginxInstance(t, [`127.0.0.1:${server.port}`])
  const { mark } = await startNginx(instance)
  t.teardown(() => stopProcess(mark))
  const words = 'GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
  await eventually(async () => (await sayAt(instance.port, words).catch(() => undefined))?.status === 404)

  const client = connect({ host: '127.0.0.1', port: instance.port })
  t.teardown(() => client.destroy())
  client.pause()
  client.write(words.replace('/metrics', '/v1/rooms/1/transcript'))
  // Nothing tells that no more is taken: a hundred looks in a row find as much as before, which takes a second.
  let [before, still] = [0, 0]
  await eventually(() => {
    still = given > 0 && given === before ? still + 1 : 0
    before = given
    return still >= 100
  }, 30_000)

  // What kernel and Nginx have in memory, and no more.
  t.true(given < whole / 2, `${given} bytes were taken`)
  const files = readdirSync(path.join(instance.folder, 'proxy'), { recursive: true, withFileTypes: true })
  t.deepEqual(
    files.filter((file) => file.isFile()).map(({ name }) => name),
    [],
  )
})
