/** What is used of the client of a knex pool past its builder. */
export interface PoolClient {
  acquireConnection(): Promise<RawConnection>
  releaseConnection(connection: RawConnection): Promise<void>
  validateConnection(connection: RawConnection): boolean
  /** As knex does with the statements that it makes itself: `query`, `query-error`. */
  emit(event: string, ...details: unknown[]): boolean
  /** Undefined once it is closed. */
  pool: Pool | undefined
}

interface Pool {
  numPendingAcquires(): number
  /** Before somebody is given a connection, and before the pool waits for those that are in use. */
  on(event: 'acquireRequest' | 'poolDestroyRequest', listener: () => void): void
}

/** How mysql2 makes values of what MySQL answers. */
export interface Reading {
  /** Times as the text that MySQL writes. */
  dateStrings: boolean
}

interface Query extends Partial<Reading> {
  sql: string
  bindings: readonly unknown[]
}

/** A connection as mysql2 has it. */
interface RawConnection {
  query(query: string | Query, bindings: readonly unknown[], done: (error: Error | null, answer: unknown) => void): void
}

/** Long enough that a busy server seldom asks its pool, and short enough that nobody notices. */
const atHandMs = 20

/**
 * Connections that have just answered. Whoever asks next, which is mostly the same request with its next question or another that came in
 * meanwhile, takes one over: through the pool, with its timers and its checks, it would cost a fifth of the question. They go back after a
 * moment, and at once when somebody asks the pool for one, or closes it.
 */
export class Handover {
  readonly #client: PoolClient
  readonly #free: RawConnection[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(client: PoolClient) {
    this.#client = client
    client.pool?.on('acquireRequest', () => this.#giveBack())
    client.pool?.on('poolDestroyRequest', () => this.#giveBack())
  }

  /** Asks over whichever connection is at hand. Rejects as the pool and MySQL do. */
  ask(text: string, bindings: readonly unknown[], reading?: Reading): Promise<unknown> {
    const query = { sql: text, bindings, ...reading }
    const connection = this.#atHand()
    if (connection !== undefined) return this.#askOver(connection, query)
    return this.#client.acquireConnection().then((acquired) => this.#askOver(acquired, query))
  }

  #atHand(): RawConnection | undefined {
    const connection = this.#free.pop()
    if (connection === undefined || this.#client.validateConnection(connection)) return connection
    void this.#client.releaseConnection(connection)
    return this.#atHand()
  }

  /** One promise a statement: this is what a page does most. */
  #askOver(connection: RawConnection, query: Query): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const hear = (error: unknown, answer?: unknown): void => {
        this.#give(connection)
        if (error === null) return resolve(answer)
        this.#client.emit('query-error', error, query)
        reject(error)
      }
      this.#client.emit('query', query)
      try {
        // mysql2 puts the options of a statement together anew where it has some of its own.
        connection.query(query.dateStrings === undefined ? query.sql : query, query.bindings, hear)
      } catch (error) {
        hear(error)
      }
    })
  }

  #give(connection: RawConnection): void {
    if (this.#client.pool === undefined || this.#client.pool.numPendingAcquires() > 0) {
      void this.#client.releaseConnection(connection)
      return
    }
    this.#free.push(connection)
    this.#timer ??= setTimeout(() => this.#giveBack(), atHandMs)
  }

  #giveBack(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const connection of this.#free.splice(0)) void this.#client.releaseConnection(connection)
  }
}
