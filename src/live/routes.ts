import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import { readInput } from '../platform/http/input.ts'
import type { Limit } from '../platform/http/rate-limit.ts'
import { eventStream, route } from '../platform/http/route.ts'
import type { Route } from '../platform/http/route.ts'
import { streamHeaders } from '../platform/sse/session.ts'
import { topics } from './contract.ts'
import type { Topic } from './contract.ts'
import type { Streams } from './streams.ts'

const isTopic = (name: string): name is Topic => topics.some((topic) => topic === name)

const topicList = z
  .string()
  .max(100)
  .transform((text) => [...new Set(text.split(','))])
  .refine((names) => names.every(isTopic), { error: `topics are ${topics.join(', ')}, separated by commas` })
  .transform((names) => names.filter(isTopic))

/** A position as text. One that no number holds exactly lies in the future all the same. */
const eventId = z
  .string()
  .regex(/^[0-9]{1,20}$/)
  .transform(Number)

const query = z.strictObject({
  topics: topicList.optional().describe(`Some of ${topics.join(', ')}, separated by commas; without it all`),
  last_event_id: eventId.optional().describe('The last event that one has heard, where the header cannot be set'),
})

export function liveRoutes(parts: { streams: Streams; opensPerMinute: number }): Route[] {
  const limit: Limit = { name: 'streams', requests: parts.opensPerMinute, seconds: 60, withoutRedis: 'count_here' }
  return [
    route({
      method: 'GET',
      path: '/v1/stream',
      summary: 'Events as they happen, as Server-Sent Events',
      access: 'member',
      problems: [],
      query,
      limit,
      answers: { 200: eventStream },
      async handle({ viewer, ip, headers, query: asked, raw }) {
        const after = lastEventId(headers) ?? asked.last_event_id
        const open = parts.streams.takeSeat({ viewer, ip, response: raw.response })
        return {
          status: 200,
          headers: streamHeaders,
          takeOver: (response) => open(response, { topics: asked.topics ?? topics, after }),
        }
      },
    }),
  ]
}

/** What a client that comes back says by itself. It goes before the query, which is still the one of its first visit. */
function lastEventId(headers: IncomingHttpHeaders): number | undefined {
  const given = headers['last-event-id']
  if (given === undefined || given === '') return undefined
  return readInput(z.object({ 'last-event-id': eventId }), { 'last-event-id': given })['last-event-id']
}
