import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { EventReader } from '../live/event-reader.ts'
import type { Player } from '../security/cast.ts'
import type { ChannelContract } from '../support/channel-contract.ts'
import { note } from './speaker.ts'
import type { Heard } from './speaker.ts'

/** Opens the stream through Nginx. */
export async function openStream(address: string, player: Player, after?: string): Promise<EventReader> {
  const headers = {
    authorization: `Bearer ${player.token}`,
    ...(after === undefined ? {} : { 'last-event-id': after }),
  }
  const sent = request(new URL('/v1/stream', address), { headers, agent: false })
  sent.end()
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  if (answer.statusCode !== 200) throw new Error(`the stream was refused with ${answer.statusCode}`)
  return new EventReader(answer)
}

/** Holds to the document whatever a stream has told. */
export function lookAt(reader: EventReader, { contract, heard }: { contract: ChannelContract; heard: Heard }): void {
  for (const { event, data } of reader.events) {
    const payload: unknown = JSON.parse(data)
    note(heard, contract.event(event, payload), payload)
  }
}
