import { z } from 'zod'
import type { Config } from '../config.ts'
import type { Channel } from '../platform/asyncapi/channel.ts'
import { topics } from './contract.ts'
import type { EventShapes } from './contract.ts'

const position = z.string().describe('A place in the one sequence of all events')

/** What a stream says of itself. */
export const ownEvents = {
  ready: z
    .strictObject({
      recovered: z.boolean().describe('What is between `from` and `to` follows now'),
      from: position,
      to: position,
      account: z.string().describe('Id of the account whose stream it is'),
    })
    .describe('The first event, or the one after `gap`: what comes after `to` is new'),
  gap: z
    .strictObject({
      from: position,
      to: position,
      reload: z.array(z.enum(topics)).describe('Read anew what these show'),
    })
    .describe('What was missed cannot be told any more'),
} satisfies EventShapes
export type OwnEvents = typeof ownEvents

/** The stream as its document describes it, with the events of all domains. */
export function streamChannel(events: readonly EventShapes[], config: Config): Channel {
  return {
    name: 'stream',
    address: '/v1/stream',
    title: 'The stream',
    protocol: 'https',
    description: description(config),
    pushes: Object.fromEntries([ownEvents, ...events].flatMap((some) => Object.entries(some))),
    asks: {},
    answers: {},
    problems: [],
    closings: [],
  }
}

function description({ STREAM_HEARTBEAT_SECONDS: beat, STREAM_LIFE_SECONDS: life }: Config): string {
  return `Server-Sent Events over \`GET /v1/stream?topics=${topics.join(',')}\`: what happens in the timeline, to oneself, and to the list of rooms. First comes \`retry\`, then \`ready\`, then events: an \`id\`, an \`event\` and one line of JSON as \`data\`. Counts are absolute.

A comment comes every ${beat} seconds, often with an \`id\` and no event: it moves the place from which one comes back. A stream ends after some ${Math.round(life / 60)} minutes; come back with the last \`id\` in \`Last-Event-ID\`, to any server, and be told what was missed.

Events may come that are not listed here, and members that are not: pass over what you do not know.`
}
