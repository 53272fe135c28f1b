import { openDB } from 'idb'
import type { DBSchema, IDBPDatabase, IDBPObjectStore } from 'idb'
import { byTurn, isUnsent, memoryStorage } from './outbox-storage.ts'
import type { KeptOutgoing, OutboxStorage } from './outbox-storage.ts'

interface Schema extends DBSchema {
  outbox: { key: string; value: KeptOutgoing; indexes: { account: [string, string]; writtenAt: number } }
}
type Database = IDBPDatabase<Schema>

/** A browser whose databases do not answer at all is one that has none. */
const openedWithinMs = 4000

/** IndexedDB, which survives a reload; memory where the browser refuses it, or does not answer. */
export async function browserStorage(): Promise<OutboxStorage> {
  const connection = new Connection()
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error('the database does not open')), openedWithinMs)
  try {
    await Promise.race([connection.open(), late.promise])
    return over(connection)
  } catch {
    return memoryStorage()
  } finally {
    clearTimeout(timer)
  }
}

/** What a database says whose connection is gone: InvalidStateError, and WebKit's UnknownError after its process was ended. */
const goneNames: ReadonlySet<unknown> = new Set(['InvalidStateError', 'UnknownError'])

/** The database, opened anew when the browser has closed it: for a page that slept, for data that were cleared. */
class Connection {
  #opening: Promise<Database> | undefined

  open(): Promise<Database> {
    if (this.#opening !== undefined) return this.#opening
    const opening = openDB<Schema>('madang', 1, {
      upgrade(db) {
        const outbox = db.createObjectStore('outbox', { keyPath: 'id' })
        outbox.createIndex('account', ['account', 'id'])
        outbox.createIndex('writtenAt', 'writtenAt')
      },
      // Another tab wants a newer version: this one must not stand in its way.
      blocking: (_from, _to, event) => (event.target as IDBDatabase).close(),
      terminated: () => this.#forget(opening),
    })
    this.#opening = opening
    opening.catch(() => this.#forget(opening))
    return opening
  }

  /** Does it once more when it found the connection gone: all that is done here may be done twice. */
  async use<Answer>(work: (db: Database) => Promise<Answer>): Promise<Answer> {
    const opening = this.open()
    const db = await opening
    try {
      return await work(db)
    } catch (error) {
      if (!(error instanceof DOMException) || !goneNames.has(error.name)) throw error
      this.#forget(opening)
      db.close()
      return work(await this.open())
    }
  }

  #forget(opening: Promise<Database>): void {
    if (this.#opening === opening) this.#opening = undefined
  }
}

/** A message must be on disk before it is sent: `strict` waits for that where the browser offers it. */
const strict = { durability: 'strict' } as const

type Store = IDBPObjectStore<Schema, ['outbox'], 'outbox', 'readwrite'>

function over(connection: Connection): OutboxStorage {
  const ofAccount = (account: string): IDBKeyRange => IDBKeyRange.bound([account, ''], [account, '\uffff'])
  const all = (account: string): Promise<KeptOutgoing[]> =>
    connection.use((db) => db.getAllFromIndex('outbox', 'account', ofAccount(account)))
  const change = (work: (store: Store) => Promise<unknown>): Promise<void> =>
    connection.use(async (db) => {
      const { store, done } = db.transaction('outbox', 'readwrite', strict)
      await Promise.all([work(store), done])
    })
  return {
    isShared: true,
    all: async (account) => (await all(account)).toSorted(byTurn),
    one: (id) => connection.use((db) => db.get('outbox', id)),
    unsent: async (account) => (await all(account)).filter(isUnsent).length,
    put: (message) => change((store) => store.put(message)),
    update: (message) =>
      change(async (store) => {
        if ((await store.getKey(message.id)) !== undefined) await store.put(message)
      }),
    replace: (id, message) => change((store) => Promise.all([store.delete(id), store.put(message)])),
    remove: (id) => connection.use((db) => db.delete('outbox', id)),
    clear: (account) =>
      change(async (store) => {
        const ids = await store.index('account').getAllKeys(ofAccount(account))
        await Promise.all(ids.map((id) => store.delete(id)))
      }),
    sweep: (writtenBefore) =>
      change(async (store) => {
        const old = await store.index('writtenAt').getAllKeys(IDBKeyRange.upperBound(writtenBefore, true))
        await Promise.all(old.map((id) => store.delete(id)))
      }),
  }
}
