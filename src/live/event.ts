import type { AccountId } from '../platform/ids.ts'
import type { LiveEvent } from './contract.ts'

/** An event as it is stored: the same for all who hear it. */
export interface StoredEvent {
  topic: LiveEvent['topic']
  /** As in `post.created`. */
  type: string
  audience: AccountId | undefined
  actor: AccountId | undefined
  /** One JSON document on one line. */
  data: string
}

/** An event with its place in the one sequence of all events: 1, 2, 3 …, without a hole. */
export interface PlacedEvent extends StoredEvent {
  position: number
}

/** An event with its bytes, made once for all who hear it. */
export interface RecentEvent extends Omit<PlacedEvent, 'data'> {
  /** Undefined once nobody shall be told any more. */
  bytes: Buffer | undefined
}

const typePattern = /^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$/
const longestType = 40

/** Throws for a type that is not one: that is a mistake in the code and no input. */
export function toStored(event: LiveEvent): StoredEvent {
  if (!typePattern.test(event.type) || event.type.length > longestType) {
    throw new Error(`not the type of an event: ${event.type}`)
  }
  const { topic, type, audience, actor } = event
  return { topic, type, audience, actor, data: JSON.stringify(event.data) }
}

/** `position|topic|type|audience|actor|data`, as relays tell it to servers; the data takes the rest of the line. */
export function encodeLine(event: PlacedEvent): string {
  const { position, topic, type, audience = '', actor = '', data } = event
  return `${position}|${topic}|${type}|${audience}|${actor}|${data}`
}

const line = /^([0-9]{1,16})\|(timeline|notifications|rooms|relations)\|([a-z0-9_.]+)\|([0-9]*)\|([0-9]*)\|(.*)$/s

/** Throws for anything that no relay of ours has written. */
export function decodeLine(text: string): PlacedEvent {
  const match = line.exec(text)
  if (match === null) throw new Error('not an event')
  const [, position = '', topic, type = '', audience = '', actor = '', data = ''] = match
  return {
    position: Number(position),
    topic: topic as StoredEvent['topic'],
    type,
    audience: audience === '' ? undefined : (Number(audience) as AccountId),
    actor: actor === '' ? undefined : (Number(actor) as AccountId),
    data,
  }
}
