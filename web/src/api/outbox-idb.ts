import { openDB } from 'idb'
import type { DBSchema, IDBPDatabase } from 'idb'
import { byTurn, memoryStorage } from './outbox-storage.ts'
import type { KeptOutgoing, OutboxStorage } from './outbox-storage.ts'

interface Schema extends DBSchema {
  outbox: { key: string; value: KeptOutgoing; indexes: { account: [string, string]; writtenAt: number } }
}

/** IndexedDB, which survives a reload; memory where the browser refuses it. */
export async function browserStorage(): Promise<OutboxStorage> {
  try {
    return over(
      await openDB<Schema>('madang', 1, {
        upgrade(db) {
          const outbox = db.createObjectStore('outbox', { keyPath: 'id' })
          outbox.createIndex('account', ['account', 'id'])
          outbox.createIndex('writtenAt', 'writtenAt')
        },
        // Another tab wants a newer version: this one must not stand in its way.
        blocking: (_from, _to, event) => (event.target as IDBDatabase).close(),
      }),
    )
  } catch {
    return memoryStorage()
  }
}

/** A message must be on disk before it is sent: `strict` waits for that where the browser offers it. */
const strict = { durability: 'strict' } as const

function over(db: IDBPDatabase<Schema>): OutboxStorage {
  return {
    async all(account) {
      const range = IDBKeyRange.bound([account, ''], [account, '\uffff'])
      return (await db.getAllFromIndex('outbox', 'account', range)).toSorted(byTurn)
    },
    one: (id) => db.get('outbox', id),
    async put(message) {
      const work = db.transaction('outbox', 'readwrite', strict)
      await Promise.all([work.store.put(message), work.done])
    },
    async replace(id, message) {
      const work = db.transaction('outbox', 'readwrite', strict)
      await Promise.all([work.store.delete(id), work.store.put(message), work.done])
    },
    remove: (id) => db.delete('outbox', id),
    async sweep(writtenBefore) {
      const work = db.transaction('outbox', 'readwrite')
      const old = await work.store.index('writtenAt').getAllKeys(IDBKeyRange.upperBound(writtenBefore, true))
      await Promise.all([...old.map((id) => work.store.delete(id)), work.done])
    },
  }
}
