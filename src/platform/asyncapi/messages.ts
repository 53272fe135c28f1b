import type { z } from 'zod'
import type { Examples } from '../documents/examples.ts'
import type { JsonSchema, Schemas } from '../json-schemas.ts'
import type { Channel } from './channel.ts'

export interface Message {
  /** As in `type` of a frame, or the name of an event. */
  name: string
  title: string
  summary: string
  contentType: 'application/json'
  /** The lines of an event beside its data. */
  headers?: JsonSchema
  payload: JsonSchema
  correlationId?: { location: string; description: string }
  examples?: { name: string; payload: unknown; headers?: unknown }[]
}

/** All messages of a channel, by their keys in the document: what is asked and what is told may have the same name. */
export function messagesOf(channel: Channel, schemas: Schemas, examples: Examples): [string, Message][] {
  const messageOf = (key: string, name: string, schema: z.ZodType, io: 'input' | 'output'): [string, Message] => {
    const { description = name, ...payload } = schemas.describe(schema, io)
    const example = examples.messages[key]
    const isAnswered = key.includes('.asks.') || key.includes('.answers.')
    return [
      key,
      {
        name,
        title: name,
        summary: String(description),
        contentType: 'application/json',
        ...(channel.protocol === 'https' ? { headers: linesOf(name) } : {}),
        payload,
        ...(isAnswered ? { correlationId } : {}),
        ...(example === undefined ? {} : { examples: [exampleOf(channel, name, example)] }),
      },
    ]
  }
  const { name: place } = channel
  return [
    ...Object.entries(channel.asks).map(([name, { payload }]) =>
      messageOf(`${place}.asks.${name}`, name, payload, 'input'),
    ),
    ...Object.entries(channel.answers).map(([name, schema]) =>
      messageOf(`${place}.answers.${name}`, name, schema, 'output'),
    ),
    ...Object.entries(channel.pushes).map(([name, schema]) => messageOf(`${place}.${name}`, name, schema, 'output')),
  ]
}

const correlationId = {
  location: '$message.payload#/ref',
  description: 'Made up by the client: the answer to a frame has the same',
}

/** What stands around the data of an event, by the words of the standard. */
function linesOf(name: string): JsonSchema {
  return {
    type: 'object',
    required: ['event', 'id'],
    properties: {
      event: { type: 'string', const: name },
      id: { type: 'string', pattern: '^[0-9]+$', description: 'To be named in `Last-Event-ID` when one comes back' },
    },
  }
}

function exampleOf(channel: Channel, name: string, payload: unknown) {
  const headers = channel.protocol === 'https' ? { headers: { event: name, id: '1024' } } : {}
  return { name: 'recorded', ...headers, payload }
}
