/** What is used of the client of a knex pool past its builder. */
export interface PoolClient {
  acquireConnection(): Promise<RawConnection>
  releaseConnection(connection: RawConnection): Promise<void>
  validateConnection(connection: RawConnection): boolean
  /** As knex does with the statements that it makes itself: `query`, `query-error`. */
  emit(event: string, ...details: unknown[]): boolean
  /** Undefined once it is closed. */
  pool: { numPendingAcquires(): number } | undefined
}

/** A connection as mysql2 has it. */
interface RawConnection {
  query(sql: string, bindings: readonly unknown[], done: (error: Error | null, answer: unknown) => void): void
}

/**
 * Connections that have just answered. Whoever asks next in the same turn of the event loop, which is nearly always the same request
 * with its next question, takes one over: through the pool, with its timers and its checks, it would cost a fifth of the question. At
 * the end of the turn they go back, and at once when somebody waits for one.
 */
export class Handover {
  readonly #client: PoolClient
  readonly #free: RawConnection[] = []

  constructor(client: PoolClient) {
    this.#client = client
  }

  /** Asks over whichever connection is at hand. Rejects as the pool and MySQL do. */
  async ask(text: string, bindings: readonly unknown[]): Promise<unknown> {
    const connection = await this.#take()
    const query = { sql: text, bindings }
    this.#client.emit('query', query)
    try {
      return await answerOf(connection, query)
    } catch (error) {
      this.#client.emit('query-error', error, query)
      throw error
    } finally {
      this.#give(connection)
    }
  }

  #take(): Promise<RawConnection> {
    const connection = this.#free.pop()
    if (connection === undefined) return this.#client.acquireConnection()
    if (this.#client.validateConnection(connection)) return Promise.resolve(connection)
    void this.#client.releaseConnection(connection)
    return this.#take()
  }

  #give(connection: RawConnection): void {
    if (this.#client.pool === undefined || this.#client.pool.numPendingAcquires() > 0) {
      void this.#client.releaseConnection(connection)
      return
    }
    this.#free.push(connection)
    if (this.#free.length === 1) setImmediate(() => this.#giveBack())
  }

  #giveBack(): void {
    for (const connection of this.#free.splice(0)) void this.#client.releaseConnection(connection)
  }
}

function answerOf(connection: RawConnection, { sql, bindings }: { sql: string; bindings: readonly unknown[] }) {
  return new Promise((resolve, reject) => {
    connection.query(sql, bindings, (error, answer) => (error === null ? resolve(answer) : reject(error)))
  })
}
