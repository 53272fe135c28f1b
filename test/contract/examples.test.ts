import test from 'ava'
import { readExamples } from '../../src/platform/documents/examples.ts'
import type { Examples } from '../../src/platform/documents/examples.ts'
import type { AsyncApiDocument } from '../../src/platform/asyncapi/document.ts'
import type { OpenApiDocument } from '../../src/platform/http/openapi/document.ts'
import { openHouse } from '../chat/house.ts'
import { ChannelContract } from '../support/channel-contract.ts'
import { sharedBy } from '../support/shared.ts'
import { worldOf } from '../support/world.ts'
import { faultsOfExamples } from './example-faults.ts'
import { stable } from './stable.ts'

const world = worldOf(test)
const examples = readExamples(new URL('../../src/examples/', import.meta.url))
const documents = sharedBy(test, 'the documents', async () => {
  const { origin } = await openHouse(world())
  const [openapi, asyncapi] = await Promise.all(
    ['/openapi.json', '/asyncapi.json'].map(async (path) => (await fetch(`${origin}${path}`)).json() as unknown),
  )
  return { openapi: openapi as OpenApiDocument, channels: new ChannelContract(asyncapi as AsyncApiDocument) }
})

const faultsOf = (some: Examples): string[] => faultsOfExamples(some, documents().openapi, documents().channels)

test('every operation and every message has an example, and each is as the documents describe it (npm run examples)', (t) => {
  t.true(Object.keys(examples.operations).length > 60)
  t.true(Object.keys(examples.messages).length > 35)
  t.deepEqual(faultsOf(examples), [])
})

test('the documents show them', (t) => {
  const { openapi, channels } = documents()
  const posting = openapi.paths['/v1/posts']?.['post']
  const { body, answers } = examples.operations['postPosts']!

  t.deepEqual(posting?.requestBody?.content['application/json']?.examples?.['recorded']?.value, body)
  t.deepEqual(posting?.responses['201']?.content?.['application/json']?.examples?.['recorded']?.value, answers['201'])
  t.deepEqual(channels.document.components.messages['socket.answers.ack']?.examples?.[0]?.payload, {
    ...(examples.messages['socket.answers.ack'] as object),
  })
})

test('an example that is stale, missing, too much, or not made stable is found out', (t) => {
  const { postPosts, ...others } = examples.operations
  const ack = examples.messages['socket.answers.ack'] as object
  const changed = (operation: object): Examples => ({
    ...examples,
    operations: { ...others, postPosts: { ...postPosts!, ...operation } },
  })
  const { area: _, ...shorter } = postPosts!.body as { area: string }
  const told = (one: unknown): Examples => ({
    ...examples,
    messages: { ...examples.messages, 'socket.answers.ack': one },
  })

  t.regex(faultsOf({ ...examples, operations: others }).join(), /postPosts has no example of 201/)
  t.regex(faultsOf(changed({ body: { ...(postPosts!.body as object), tune: 1 } })).join(), /additional/)
  t.regex(faultsOf(changed({ body: shorter })).join(), /lacks area/)
  t.regex(faultsOf(changed({ answers: { 201: { id: '101' } } })).join(), /postPosts 201/)
  t.regex(faultsOf(changed({ answers: { ...postPosts!.answers, 299: {} } })).join(), /does not declare 299/)
  t.regex(faultsOf({ ...examples, operations: { ...examples.operations, getSong: { answers: {} } } }).join(), /getSong/)
  t.regex(faultsOf(told({ ...ack, kept: 'perhaps' })).join(), /ack: /)
  t.regex(faultsOf(told({ ...ack, at: '2031-01-02T03:04:05.678Z' })).join(), /differs each time/)
  t.regex(faultsOf({ ...examples, messages: { ...examples.messages, 'stream.post.sung': {} } }).join(), /is no message/)
})

test('what differs each time has stand-ins, the same for the same', (t) => {
  const recorded = {
    id: '7731',
    post: '7731',
    other: '9',
    at: '2031-01-02T03:04:05.678Z',
    before: '2030-01-02T03:04:05.678Z',
    accessToken: 'secret',
    receipt: '/v1/rooms/7731/receipt',
    message: '01980000-aaaa-7bbb-8ccc-0123456789ab',
    username: 'newcomer_17',
  }

  const made = stable(recorded)

  t.notRegex(JSON.stringify(made), /7731|secret|2031|2030|aaaa|_17/)
  t.is(made.id, made.post)
  t.not(made.id, made.other)
  t.is(made.receipt, `/v1/rooms/${made.id}/receipt`)
  t.true(made.before < made.at)
  t.deepEqual(stable(made), made)
})
