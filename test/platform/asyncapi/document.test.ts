import { createRequire } from 'node:module'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import test from 'ava'
import { z } from 'zod'
import { frameSchemas } from '../../../src/chat/frames.ts'
import { answers, pushes } from '../../../src/chat/server-frames.ts'
import { describeChannels } from '../../../src/platform/asyncapi/document.ts'
import type { AsyncApiDocument } from '../../../src/platform/asyncapi/document.ts'
import type { Channel } from '../../../src/platform/asyncapi/channel.ts'
import { referencesIn } from '../../../src/platform/documents/references.ts'
import { codes } from '../../../src/platform/errors.ts'
import { closeCodes } from '../../../src/platform/ws/close-codes.ts'
import { openHouse } from '../../chat/house.ts'
import { sharedBy } from '../../support/shared.ts'
import { worldOf } from '../../support/world.ts'

const world = worldOf(test)
const served = sharedBy(test, 'the document', async () => {
  const { origin } = await openHouse(world())
  return (await (await fetch(`${origin}/asyncapi.json`)).json()) as AsyncApiDocument
})

/** The schema that the makers of AsyncAPI give out. */
const official = createRequire(import.meta.url)('@asyncapi/specs/schemas/3.0.0.json') as object

function faultsOf(document: object): string[] {
  // It brings the schema of schemas along.
  const ajv = new Ajv({ strict: false, allErrors: true, meta: false, validateSchema: false })
  formats.default(ajv)
  const validate = ajv.compile(official)
  return validate(document)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`)
}

test('the document of the whole server is valid AsyncAPI 3.0, by the schema of its makers', (t) => {
  const document = served()

  t.is(document.asyncapi, '3.0.0')
  t.deepEqual(faultsOf(document), [])
})

test('that schema finds what is wrong', (t) => {
  const { info: _, ...rest } = served()
  const [name, operation] = Object.entries(served().operations)[0]!

  t.regex(faultsOf(rest).join(), /info/)
  t.not(faultsOf({ ...served(), operations: { [name]: { ...operation, action: 'sing' } } }).length, 0)
  t.not(faultsOf({ ...served(), channels: { socket: { address: 7 } } }).length, 0)
})

test('every reference leads somewhere', (t) => {
  const document = served()
  const found = (place: string): unknown =>
    place
      .replace('#/', '')
      .split('/')
      .reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], document)
  const references = [...referencesIn(document)]

  t.true(references.length > 80)
  t.deepEqual(
    references.filter((place) => found(place) === undefined),
    [],
  )
})

test('every frame that is checked and every frame that is sent is described, with what it is for', (t) => {
  const { messages } = served().components
  const asked = Object.keys(frameSchemas({ messageMaxBytes: 4096 }))
  const keys = [
    ...asked.map((type) => `socket.asks.${type}`),
    ...Object.keys(answers).map((type) => `socket.answers.${type}`),
    ...Object.keys(pushes).map((type) => `socket.${type}`),
  ]

  t.deepEqual(
    Object.keys(messages)
      .filter((key) => key.startsWith('socket.'))
      .toSorted(),
    keys.toSorted(),
  )
  for (const [key, { summary, name }] of Object.entries(messages)) t.true(summary.length > 8 && summary !== name, key)
})

test('every close code and every code of an error are listed', (t) => {
  const { channels, components } = served()
  const listed = channels['socket']?.['x-close-codes']?.map(({ code }) => code)
  const error = components.messages['socket.answers.error']?.payload as { properties: { code: { enum: string[] } } }

  t.deepEqual(
    listed,
    Object.values(closeCodes).map(({ code }) => code),
  )
  t.deepEqual(error.properties.code.enum, Object.keys(codes))
})

test('what is asked names its answer, and an error for each code that it may be refused with', (t) => {
  const { operations } = served()

  t.like(operations['socketSend'], {
    action: 'receive',
    messages: [{ $ref: '#/channels/socket/messages/socket.asks.send' }],
    reply: {
      messages: [
        { $ref: '#/channels/socket/messages/socket.answers.ack' },
        { $ref: '#/channels/socket/messages/socket.answers.error' },
      ],
    },
  })
  t.true(operations['socketSend']?.['x-codes']?.includes('muted'))
  t.false(operations['socketPing']?.['x-codes']?.includes('muted'))
  t.is(operations['streamTold']?.action, 'send')
})

test('a limit that is changed changes the document', async (t) => {
  const { origin } = await openHouse(world(), { MESSAGE_MAX_BYTES: 77, FRAME_MAX_BYTES: 7777 })
  const document = (await (await fetch(`${origin}/asyncapi.json`)).json()) as AsyncApiDocument
  const { payload } = document.components.messages['socket.asks.send']!

  t.regex(JSON.stringify(payload), /77 bytes/)
  t.regex(document.channels['socket']?.description ?? '', /7777 bytes/)
})

const channel: Channel = {
  ...{ name: 'songs', address: '/v1/songs', title: 'Songs', protocol: 'wss', description: 'Songs' },
  asks: {},
  answers: {},
  pushes: { song: z.strictObject({ text: z.string() }).describe('A song') },
  problems: [],
  closings: [],
}

test('where browsers come by https the channels are secure, elsewhere they are not', (t) => {
  const at = (origin: string) => describeChannels([channel], { origin, accessCookie: 'access' }).servers['songs']

  t.like(at('https://madang.example'), { host: 'madang.example', protocol: 'wss' })
  t.like(at('http://localhost:8080'), { host: 'localhost:8080', protocol: 'ws' })
})
