import test from 'ava'
import { Validator } from '@seriousme/openapi-schema-validator'
import { z } from 'zod'
import { describeApi } from '../../../src/platform/http/openapi/document.ts'
import { pageOf } from '../../../src/platform/http/pages.ts'
import { bytes, eventStream, nothing, route } from '../../../src/platform/http/route.ts'
import type { Route } from '../../../src/platform/http/route.ts'
import { openHouse } from '../../chat/house.ts'
import type { House } from '../../chat/house.ts'
import { worldOf } from '../../support/world.ts'

const world = worldOf(test)
let house: House

test.serial.before('a server of all that there is', async () => {
  house = await openHouse(world())
})

const describeOne = (one: Route) => {
  const document = describeApi([one], { accessCookie: 'access' })
  const [path, methods] = Object.entries(document.paths)[0]!
  return { document, path, operation: Object.values(methods)[0]! }
}

test('the document of the whole server is valid OpenAPI 3.1', async (t) => {
  const document = (await (await fetch(`${house.origin}/openapi.json`)).json()) as Record<string, unknown>

  const verdict = await new Validator().validate(document)

  t.is(document['openapi'], '3.1.0')
  t.deepEqual(verdict.errors, undefined)
  t.true(verdict.valid)
})

test('every route of the server is described, under an id of its own, with all parts of its path', (t) => {
  const { paths } = describeApi(house.routes, { accessCookie: 'access' })
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ line: `${method} ${path}`, path, operation })),
  )

  t.true(house.routes.length > 30)
  t.is(operations.length, house.routes.length)
  t.is(new Set(operations.map(({ operation }) => operation.operationId)).size, operations.length)
  for (const { line, path, operation } of operations) {
    const inPath = operation.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => `{${name}}`)
    t.deepEqual(inPath, path.match(/\{\w+\}/g) ?? [], line)
    t.regex(operation.operationId, /^[a-z]+([A-Z0-9][A-Za-z0-9]*)+$/, line)
    t.true(operation.summary.length > 5, line)
  }
})

test('every route says what it refuses, so that no other problem may come', (t) => {
  const silent = house.routes.filter(({ problems }) => problems === undefined)

  t.deepEqual(
    silent.map(({ method, path }) => `${method} ${path}`),
    [],
  )
})

test('every reference leads somewhere', (t) => {
  const document = describeApi(house.routes, { accessCookie: 'access' })
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map((match) => match[1]!)
  const found = (place: string): unknown =>
    place.split('/').reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], document)

  t.true(references.length > 100)
  t.deepEqual(
    references.filter((place) => found(place) === undefined),
    [],
  )
})

test('what goes in is described as it is sent, what comes out as it is received', (t) => {
  const { operation } = describeOne(
    route({
      method: 'POST',
      path: '/v1/rows/:id',
      summary: 'Turn a row',
      access: 'member',
      params: z.strictObject({ id: z.string().regex(/^\d+$/).transform(Number).describe('The row') }),
      query: z.strictObject({ by: z.enum(['left', 'right']).optional() }),
      body: z.strictObject({ turns: z.int().min(1).default(1) }),
      answers: { 200: z.strictObject({ turns: z.int() }), 204: nothing },
      handle: async () => ({ status: 204 }),
    }),
  )

  t.like(operation.parameters, [
    { name: 'id', in: 'path', required: true, description: 'The row', schema: { type: 'string', pattern: '^\\d+$' } },
    { name: 'by', in: 'query', required: false, schema: { type: 'string', enum: ['left', 'right'] } },
  ])
  t.true(operation.requestBody?.required)
  t.like(operation.requestBody?.content['application/json']?.schema, {
    type: 'object',
    properties: { turns: { type: 'integer', default: 1 } },
    additionalProperties: false,
  })
  t.false('required' in (operation.requestBody?.content['application/json']?.schema ?? {}))
  t.like(operation.responses['200']?.content?.['application/json']?.schema, { required: ['turns'] })
  t.is(operation.responses['204']?.content, undefined)
  t.deepEqual(operation.security, [{ bearer: [] }, { cookie: [] }])
})

test('the doors refuse what they guard against, and the rest is what the route says', (t) => {
  const codesOf = (one: Route): Record<string, string[]> =>
    Object.fromEntries(
      Object.entries(describeOne(one).operation.responses).flatMap(([status, { content }]) => {
        const examples = content?.['application/problem+json']?.examples
        return examples === undefined ? [] : [[status, Object.keys(examples)]]
      }),
    )
  const looking = route({
    method: 'GET',
    path: '/v1/view',
    summary: 'The view',
    access: 'public',
    problems: [],
    answers: { 200: z.string() },
    handle: async () => ({ status: 200, body: 'trees' }),
  })
  const planting = route({
    method: 'POST',
    path: '/v1/trees',
    summary: 'Plant a tree',
    access: 'mentor',
    isIdempotent: true,
    problems: ['conflict', 'not_found'],
    body: z.strictObject({ kind: z.string() }),
    answers: { 201: z.string() },
    handle: async () => ({ status: 201, body: 'oak' }),
  })

  t.deepEqual(codesOf(looking), {
    400: ['malformed'],
    429: ['rate_limited'],
    500: ['internal'],
    503: ['unavailable'],
  })
  t.deepEqual(codesOf(planting), {
    400: ['malformed'],
    401: ['not_signed_in', 'session_expired'],
    403: ['forbidden'],
    404: ['not_found'],
    409: ['key_in_use', 'conflict'],
    413: ['body_too_large'],
    415: ['unsupported_media_type'],
    422: ['bad_input', 'key_reused'],
    429: ['rate_limited'],
    500: ['internal'],
    503: ['unavailable'],
  })
  t.false('default' in describeOne(planting).operation.responses)
})

test('keys, names of content, places, pages, streams, bytes and uploads are told by headers and content types', (t) => {
  const parts = { summary: 'All of it', access: 'member', path: '/v1/all' } as const
  const made = describeOne(
    route({
      ...parts,
      method: 'POST',
      isIdempotent: true,
      upload: { field: 'picture', contentTypes: ['image/png', 'image/jpeg'] },
      answers: { 201: z.strictObject({ id: z.string() }) },
      handle: async () => ({ status: 201, body: { id: '1' } }),
    }),
  ).operation
  const listed = describeOne(
    route({
      ...parts,
      method: 'GET',
      hasEtag: true,
      answers: { 200: pageOf(z.string()) },
      handle: async () => ({ status: 200, body: { items: [], page: {} } }),
    }),
  ).operation
  const streamed = describeOne(
    route({
      ...parts,
      method: 'GET',
      answers: { 200: eventStream, 206: bytes('text/plain') },
      handle: () => Promise.reject(new Error('only described')),
    }),
  ).operation

  t.deepEqual(made.requestBody?.content['multipart/form-data'], {
    schema: {
      type: 'object',
      required: ['picture'],
      properties: { picture: { type: 'string', contentMediaType: 'application/octet-stream' } },
    },
    encoding: { picture: { contentType: 'image/png, image/jpeg' } },
  })
  t.deepEqual(
    made.parameters.map(({ name }) => name),
    ['Idempotency-Key'],
  )
  t.true('Location' in (made.responses['201']?.headers ?? {}))
  t.true('Retry-After' in (made.responses['429']?.headers ?? {}))
  t.deepEqual(
    listed.parameters.map(({ name }) => name),
    ['If-None-Match'],
  )
  t.deepEqual(Object.keys(listed.responses['200']?.headers ?? {}), [
    'X-Request-Id',
    'RateLimit',
    'RateLimit-Policy',
    'ETag',
    'Link',
  ])
  t.is(listed.responses['304']?.content, undefined)
  t.deepEqual(
    streamed.parameters.map(({ name }) => name),
    ['Last-Event-ID'],
  )
  t.deepEqual(Object.keys(streamed.responses['200']?.content ?? {}), ['text/event-stream'])
  t.deepEqual(Object.keys(streamed.responses['206']?.content ?? {}), ['text/plain'])
})

test('one id for two schemas, and one route written twice, are found out', (t) => {
  const saying = (path: string, shape: z.ZodType) =>
    route({
      method: 'GET',
      path,
      summary: 'Says something',
      access: 'public',
      answers: { 200: shape },
      handle: async () => ({ status: 200, body: undefined }),
    })
  const one = saying('/v1/one', z.strictObject({ a: z.string() }).meta({ id: 'TestWord' }))
  const other = saying('/v1/other', z.strictObject({ b: z.string() }).meta({ id: 'TestWord' }))

  t.throws(() => describeApi([one, other], { accessCookie: 'access' }), { message: /TestWord/ })
  t.throws(() => describeApi([one, one], { accessCookie: 'access' }), { message: /twice/ })
})
