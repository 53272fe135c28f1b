import { Redis } from 'ioredis'
import { createConnection } from 'mysql2/promise'
import type { Connection, RowDataPacket } from 'mysql2/promise'

/** Connections of the observer's own to Redis and the database. It counts itself in every sample alike. */
export class Services {
  readonly #redis: Redis
  readonly #database: Connection

  private constructor(redis: Redis, database: Connection) {
    this.#redis = redis
    this.#database = database
  }

  static async open(urls: { redis: string; database: string }): Promise<Services> {
    const redis = new Redis(urls.redis, { protocol: 2, connectionName: 'soak' })
    redis.on('error', () => undefined)
    const database = await createConnection({ uri: urls.database })
    database.on('error', () => undefined)
    return new Services(redis, database)
  }

  async grantMentor(username: string): Promise<void> {
    await this.#database.query("UPDATE accounts SET role = 'mentor' WHERE username = ?", [username])
  }

  async lookAtRedis(): Promise<Record<string, number>> {
    const [memory, clients, keys] = await Promise.all([
      this.#redis.info('memory'),
      this.#redis.info('clients'),
      this.#redis.dbsize(),
    ])
    return { used: fieldOf(memory, 'used_memory'), clients: fieldOf(clients, 'connected_clients'), keys }
  }

  async lookAtDatabase(): Promise<Record<string, number>> {
    const [status] = await this.#database.query<RowDataPacket[]>(
      "SHOW GLOBAL STATUS WHERE Variable_name IN ('Threads_connected', 'Open_tables', 'Innodb_buffer_pool_bytes_data')",
    )
    const [sizes] = await this.#database.query<RowDataPacket[]>(
      'SELECT SUM(table_rows) AS counted FROM information_schema.tables WHERE table_schema = DATABASE()',
    )
    const valueOf = (name: string): number =>
      Number(status.find((row) => row['Variable_name'] === name)?.['Value'] ?? 0)
    const rows = Number(sizes[0]?.['counted'] ?? 0)
    const [threads, tables] = [valueOf('Threads_connected'), valueOf('Open_tables')]
    return { threads, tables, rows, pool: valueOf('Innodb_buffer_pool_bytes_data') }
  }

  /** Jobs of all queues, by what they wait for. */
  async lookAtQueues(): Promise<Record<string, number>> {
    const counts = { waiting: 0, delayed: 0, kept: 0 }
    for await (const found of this.#redis.scanStream({ match: '{madang-queue}:*', count: 1000 })) {
      const keys: string[] = found
      for (const key of keys) {
        const kind = kindOf(key)
        if (kind !== undefined) counts[kind] += await this.#lengthOf(key)
      }
    }
    return counts
  }

  async close(): Promise<void> {
    this.#redis.disconnect()
    await this.#database.end().catch(() => undefined)
  }

  async #lengthOf(key: string): Promise<number> {
    const type = await this.#redis.type(key)
    return type === 'list' ? this.#redis.llen(key) : type === 'zset' ? this.#redis.zcard(key) : 0
  }
}

/** As BullMQ names the parts of a queue. */
function kindOf(key: string): 'waiting' | 'delayed' | 'kept' | undefined {
  const part = key.slice(key.lastIndexOf(':') + 1)
  if (part === 'wait' || part === 'active' || part === 'paused' || part === 'prioritized') return 'waiting'
  if (part === 'delayed') return 'delayed'
  return part === 'completed' || part === 'failed' ? 'kept' : undefined
}

function fieldOf(info: string, name: string): number {
  return Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0)
}
