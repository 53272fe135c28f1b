import test from 'ava'
import { z } from 'zod'
import { describeApi } from '../../src/platform/http/openapi/document.ts'
import { pageOf } from '../../src/platform/http/pages.ts'
import { nothing, route } from '../../src/platform/http/route.ts'
import { Contract } from './contract.ts'
import type { Exchange } from './contract.ts'

const note = z.strictObject({ id: z.string(), at: z.iso.datetime({ precision: 3 }) }).meta({ id: 'TestNote' })
const parts = { summary: 'Notes', access: 'member', problems: [] } as const
const contract = new Contract(
  describeApi(
    [
      route({
        ...parts,
        method: 'GET',
        path: '/v1/notes',
        hasEtag: true,
        answers: { 200: pageOf(note) },
        handle: async () => ({ status: 200, body: { items: [], page: {} } }),
      }),
      route({
        ...parts,
        method: 'POST',
        path: '/v1/notes',
        answers: { 201: note },
        handle: async () => ({ status: 201, body: { id: '1', at: '' } }),
      }),
      route({
        ...parts,
        method: 'DELETE',
        path: '/v1/notes/:id',
        problems: ['not_found'],
        answers: { 204: nothing },
        handle: async () => ({ status: 204 }),
      }),
    ],
    { accessCookie: 'access' },
  ),
)

const always = { 'x-request-id': 'request-0001', ratelimit: '"a";r=1;t=1', 'ratelimit-policy': '"a";q=1;w=1' }
const json = { ...always, 'content-type': 'application/json' }

function exchange(line: string, status: number, headers: Record<string, string>, body?: unknown): Exchange {
  const [method = '', target = ''] = line.split(' ')
  return {
    ...{ method, target, status },
    header: (name) => headers[name.toLowerCase()],
    body: body === undefined ? undefined : JSON.stringify(body),
  }
}

function problem(line: string, code: string, status: number, more: Record<string, unknown> = {}): Exchange {
  const headers = { ...always, 'content-type': 'application/problem+json', 'retry-after': '1' }
  return exchange(line, status, headers, { type: `urn:madang:problem:${code}`, title: 'No', status, code, ...more })
}

const made = { id: '1', at: '2026-01-02T03:04:05.678Z' }

for (const [what, good] of [
  ['a page', exchange('GET /v1/notes?limit=3', 200, { ...json, etag: '"a"' }, { items: [made], page: { next: 'x' } })],
  ['something that is known already', exchange('GET /v1/notes', 304, { ...always, etag: '"a"' })],
  ['something made', exchange('POST /v1/notes', 201, { ...json, location: '/v1/notes/1' }, made)],
  ['nothing to say', exchange('DELETE /v1/notes/1', 204, always)],
  ['a problem of the doors', problem('POST /v1/notes', 'rate_limited', 429)],
  ['a problem of the route', problem('DELETE /v1/notes/1', 'not_found', 404)],
  ['a path that nobody serves', problem('GET /v1/nowhere', 'not_found', 404)],
] as const) {
  test(`${what} is as described`, (t) => {
    t.notThrows(() => contract.check(good))
  })
}

for (const [what, bad, complaint] of [
  ['a status that is not declared', exchange('DELETE /v1/notes/1', 200, json, {}), /not declared/],
  ['a problem that is not declared', problem('POST /v1/notes', 'conflict', 409), /not declared/],
  ['another problem of a declared status', problem('DELETE /v1/notes/1', 'not_member', 403), /code/],
  ['an internal error', problem('POST /v1/notes', 'internal', 500), /internal/],
  ['a code that nobody knows', problem('POST /v1/notes', 'tired', 429), /code/],
  ['a code with the status of another', problem('POST /v1/notes', 'malformed', 429), /another status/],
  [
    'a fault without a pointer',
    problem('DELETE /v1/notes/1', 'bad_input', 422, { errors: [{ code: 'x' }] }),
    /pointer/,
  ],
  ['a page without an end', exchange('GET /v1/notes', 200, { ...json, etag: '"a"' }, { items: [] }), /page/],
  [
    'an item of another shape',
    exchange('GET /v1/notes', 200, { ...json, etag: '"a"' }, { items: [{}], page: {} }),
    /id/,
  ],
  [
    'a time without milliseconds',
    exchange('POST /v1/notes', 201, { ...json, location: '/' }, { id: '1', at: 'now' }),
    /at/,
  ],
  [
    'a member too many',
    exchange('POST /v1/notes', 201, { ...json, location: '/' }, { ...made, secret: 1 }),
    /additional/,
  ],
  ['a number for an id', exchange('POST /v1/notes', 201, { ...json, location: '/' }, { ...made, id: 1 }), /string/],
  ['no place of what was made', exchange('POST /v1/notes', 201, json, made), /Location/],
  ['no limits', exchange('DELETE /v1/notes/1', 204, { 'x-request-id': 'request-0001' }), /RateLimit/],
  ['no name of the content', exchange('GET /v1/notes', 200, json, { items: [], page: {} }), /ETag/],
  [
    'a body of another type',
    exchange('POST /v1/notes', 201, { ...json, 'content-type': 'text/html', location: '/' }),
    /html/,
  ],
  ['a body where there is none', exchange('DELETE /v1/notes/1', 204, json), /no body/],
  ['a path that nobody serves, served', exchange('GET /v1/nowhere', 200, json, {}), /does not know/],
] as const) {
  test(`${what} is found out`, (t) => {
    t.throws(() => contract.check(bad), { name: 'BrokenContract', message: complaint })
  })
}
