import { noExamples } from '../documents/examples.ts'
import type { Examples } from '../documents/examples.ts'
import type { Reference } from '../documents/references.ts'
import { Schemas } from '../json-schemas.ts'
import type { JsonSchema } from '../json-schemas.ts'
import type { Channel, Closing } from './channel.ts'
import { messagesOf } from './messages.ts'
import type { Message } from './messages.ts'
import { operationsOf } from './operations.ts'
import type { Operation } from './operations.ts'

export interface AsyncApiDocument {
  asyncapi: '3.0.0'
  info: {
    title: string
    version: string
    description: string
    license: { name: string; url: string }
    tags: { name: string; description: string }[]
  }
  defaultContentType: 'application/json'
  servers: Record<string, Server>
  channels: Record<string, ChannelObject>
  operations: Record<string, Operation>
  components: {
    messages: Record<string, Message>
    schemas: Record<string, JsonSchema>
    securitySchemes: Record<string, Record<string, string>>
  }
}

interface Server {
  host: string
  protocol: string
  description: string
  security: Reference[]
}

export interface ChannelObject {
  address: string
  title: string
  description: string
  servers: Reference[]
  messages: Record<string, Reference>
  bindings?: { ws: { method: 'GET'; query?: JsonSchema; bindingVersion: '0.1.0' } }
  /** AsyncAPI has no word for how a WebSocket ends. */
  'x-close-codes'?: readonly Closing[]
}

export interface DocumentOptions {
  /** By which browsers reach the servers. */
  origin: string
  /** The name of the cookie with the access token. */
  accessCookie: string
  examples?: Examples
}

/** Channels as one AsyncAPI document. Error: an id that stands for two schemas. */
export function describeChannels(channels: readonly Channel[], options: DocumentOptions): AsyncApiDocument {
  const schemas = new Schemas('draft-07')
  const examples = options.examples ?? noExamples
  const messages = channels.flatMap((channel) => messagesOf(channel, schemas, examples))
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Madang, live',
      version: '1',
      description:
        'What clients and servers tell each other over connections that stay open. What is asked over HTTP is described in `/openapi.json`.',
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
      tags: channels.map(({ name, title }) => ({ name, description: title })),
    },
    defaultContentType: 'application/json',
    servers: Object.fromEntries(channels.map((channel) => [channel.name, serverOf(channel, options.origin)])),
    channels: Object.fromEntries(channels.map((channel) => [channel.name, describe(channel, schemas)])),
    operations: Object.fromEntries(channels.flatMap(operationsOf)),
    components: {
      messages: Object.fromEntries(messages),
      schemas: schemas.components,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'The access token' },
        cookie: {
          ...{ type: 'httpApiKey', in: 'cookie', name: options.accessCookie },
          description: 'The access token of a browser, together with an `Origin` of ours',
        },
        ticket: {
          ...{ type: 'httpApiKey', in: 'query', name: 'ticket' },
          description:
            'Of `POST /v1/socket-tickets`: good once, for 30 seconds. Better offered as a second subprotocol, `ticket.<value>`',
        },
      },
    },
  }
}

function serverOf({ protocol, title, address }: Channel, origin: string): Server {
  const { host, protocol: scheme } = new URL(origin)
  const isSecure = scheme === 'https:'
  const schemes = protocol === 'wss' ? ['bearer', 'cookie', 'ticket'] : ['bearer', 'cookie']
  return {
    host,
    protocol: isSecure ? protocol : protocol.slice(0, -1),
    description: `${title}: \`${address}\``,
    security: schemes.map((name) => ({ $ref: `#/components/securitySchemes/${name}` })),
  }
}

function describe(channel: Channel, schemas: Schemas): ChannelObject {
  const { name, address, title, description, closings } = channel
  const query = channel.query === undefined ? {} : { query: schemas.describe(channel.query, 'input') }
  return {
    ...{ address, title, description },
    servers: [{ $ref: `#/servers/${name}` }],
    messages: Object.fromEntries(
      [
        ...Object.keys(channel.asks).map((message) => `${name}.asks.${message}`),
        ...Object.keys(channel.answers).map((message) => `${name}.answers.${message}`),
        ...Object.keys(channel.pushes).map((message) => `${name}.${message}`),
      ].map((key) => [key, { $ref: `#/components/messages/${key}` }]),
    ),
    ...(channel.protocol === 'wss' ? { bindings: { ws: { method: 'GET', ...query, bindingVersion: '0.1.0' } } } : {}),
    ...(closings.length === 0 ? {} : { 'x-close-codes': closings }),
  }
}
