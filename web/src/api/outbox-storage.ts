import type { Outgoing } from './live.ts'

/** A message with whose it is: what one account wrote is never sent by another. */
export interface KeptOutgoing extends Outgoing {
  account: string
  /** The id is not the first one: it is not changed again. */
  isRenamed?: boolean
}

/** Where messages wait until they are stored by the server. Each call holds whole or not at all, and rejects when it could not be written. */
export interface OutboxStorage {
  /** Whether all tabs of a browser find the same in it: then one of them may send for all. */
  readonly isShared: boolean
  /** In the order in which they were written. */
  all(account: string): Promise<KeptOutgoing[]>
  one(id: string): Promise<KeptOutgoing | undefined>
  /** How many nobody has acknowledged. */
  unsent(account: string): Promise<number>
  put(message: KeptOutgoing): Promise<void>
  /** Where it is still kept: what was cleared meanwhile does not come back. */
  update(message: KeptOutgoing): Promise<void>
  /** The message instead of the one with this id, both at once. */
  replace(id: string, message: KeptOutgoing): Promise<void>
  remove(id: string): Promise<void>
  /** All of one account. */
  clear(account: string): Promise<void>
  /** Of whomever: what was written before is gone. */
  sweep(writtenBefore: number): Promise<void>
}

/** For who has no IndexedDB: Node, and some private windows. It lasts as long as the page, and other tabs find nothing of it. */
export function memoryStorage(): OutboxStorage {
  const messages = new Map<string, KeptOutgoing>()
  return {
    isShared: false,
    all: async (account) =>
      structuredClone([...messages.values()].filter((one) => one.account === account).toSorted(byTurn)),
    one: async (id) => structuredClone(messages.get(id)),
    unsent: async (account) => [...messages.values()].filter((one) => one.account === account && isUnsent(one)).length,
    put: async (message) => void messages.set(message.id, structuredClone(message)),
    async update(message) {
      if (messages.has(message.id)) messages.set(message.id, structuredClone(message))
    },
    async replace(id, message) {
      messages.delete(id)
      messages.set(message.id, structuredClone(message))
    },
    remove: async (id) => void messages.delete(id),
    async clear(account) {
      for (const one of messages.values()) if (one.account === account) messages.delete(one.id)
    },
    async sweep(writtenBefore) {
      for (const { id, writtenAt } of messages.values()) if (writtenAt < writtenBefore) messages.delete(id)
    },
  }
}

/** In the order in which they were written. Tabs that write at the same moment may give the same turn: then any order will do. */
export function byTurn(one: Outgoing, other: Outgoing): number {
  return one.turn - other.turn || (one.id < other.id ? -1 : 1)
}

/** On its way, or refused: nobody has acknowledged it. */
export function isUnsent({ state }: Outgoing): boolean {
  return state === 'sending' || state === 'failed'
}
