import type { AccountId } from '../platform/ids.ts'
import { chunkOf } from '../platform/sse/chunk.ts'
import type { Chunk } from '../platform/sse/chunk.ts'
import type { RecentEvent } from './event.ts'

/** Who listens to what. */
export interface Reader {
  account: AccountId
  topics: ReadonlySet<string>
  /** The same for equal topics. */
  topicsKey: string
  hidden: ReadonlySet<AccountId>
}

/** Whether this person hides other people from this event on. */
export function changesRelationsOf({ topic, audience }: RecentEvent, account: AccountId): boolean {
  return topic === 'relations' && audience === account
}

/** Events that leave in one write. Readers to whom they all look the same share the bytes. */
export class Batch {
  readonly #events: readonly RecentEvent[]
  readonly #audiences = new Set<AccountId>()
  readonly #actors: readonly AccountId[]
  readonly #relations = new Set<AccountId>()
  readonly #shared = new Map<string, Chunk | undefined>()

  constructor(events: readonly RecentEvent[]) {
    this.#events = events
    this.#actors = [...new Set(events.flatMap(({ actor }) => actor ?? []))]
    for (const { topic, audience } of events) {
      if (topic === 'relations' && audience !== undefined) this.#relations.add(audience)
      else if (audience !== undefined) this.#audiences.add(audience)
    }
  }

  /** The position of the last event. */
  get last(): number {
    return this.#events.at(-1)?.position ?? 0
  }

  /** Whether this person hides other people since. */
  changesRelationsOf(account: AccountId): boolean {
    return this.#relations.has(account)
  }

  /** What this reader is told, undefined when that is nothing. */
  for(reader: Reader): Chunk | undefined {
    if (this.#audiences.has(reader.account) || this.#hasHidden(reader.hidden)) return this.#make(reader)
    if (!this.#shared.has(reader.topicsKey)) this.#shared.set(reader.topicsKey, this.#make(reader))
    return this.#shared.get(reader.topicsKey)
  }

  #hasHidden(hidden: ReadonlySet<AccountId>): boolean {
    if (hidden.size === 0) return false
    for (const actor of this.#actors) if (hidden.has(actor)) return true
    return false
  }

  #make(reader: Reader): Chunk | undefined {
    const parts = this.#events.filter((event) => isFor(event, reader)).flatMap(({ bytes }) => bytes ?? [])
    return parts.length === 0 ? undefined : chunkOf(parts)
  }
}

function isFor({ topic, audience, actor }: RecentEvent, reader: Reader): boolean {
  if (!reader.topics.has(topic)) return false
  if (audience !== undefined && audience !== reader.account) return false
  return actor === undefined || !reader.hidden.has(actor)
}
