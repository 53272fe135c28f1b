import type { Outgoing } from './live.ts'

/** A message with whose it is: what one account wrote is never sent by another. */
export interface KeptOutgoing extends Outgoing {
  account: string
  /** The id is not the first one: it is not changed again. */
  isRenamed?: boolean
}

/** Where messages wait until they are stored by the server. Shared by all tabs of a browser. */
export interface OutboxStorage {
  /** In the order in which they were written. */
  all(account: string): Promise<KeptOutgoing[]>
  one(id: string): Promise<KeptOutgoing | undefined>
  put(message: KeptOutgoing): Promise<void>
  /** The message instead of the one with this id, both at once. */
  replace(id: string, message: KeptOutgoing): Promise<void>
  remove(id: string): Promise<void>
  /** Of whomever: what was written before is gone. */
  sweep(writtenBefore: number): Promise<void>
}

/** For who has no IndexedDB: Node, and some private windows. It lasts as long as the page. */
export function memoryStorage(): OutboxStorage {
  const messages = new Map<string, KeptOutgoing>()
  return {
    all: async (account) =>
      structuredClone([...messages.values()].filter((one) => one.account === account).toSorted(byTurn)),
    one: async (id) => structuredClone(messages.get(id)),
    put: async (message) => void messages.set(message.id, structuredClone(message)),
    async replace(id, message) {
      messages.delete(id)
      messages.set(message.id, structuredClone(message))
    },
    remove: async (id) => void messages.delete(id),
    async sweep(writtenBefore) {
      for (const { id, writtenAt } of messages.values()) if (writtenAt < writtenBefore) messages.delete(id)
    },
  }
}

/** In the order in which they were written. Tabs that write at the same moment may give the same turn: then any order will do. */
export function byTurn(one: Outgoing, other: Outgoing): number {
  return one.turn - other.turn || (one.id < other.id ? -1 : 1)
}
