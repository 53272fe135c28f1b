import type { Broker } from '../platform/broker.ts'
import type { SessionId } from '../platform/ids.ts'
import { Ticker } from '../platform/lifecycle.ts'
import type { Log } from '../platform/log.ts'
import type { Sql } from '../platform/mysql.ts'
import { livingSessions } from './session-store.ts'

const mostAtOnce = 1000

/**
 * Looks whether the sessions of this server's open sockets still exist: from time to time, since a session also ends by its
 * age, and whenever announcements may have been missed.
 */
export class SessionWatch {
  readonly #ticker: Ticker
  readonly #forgetGap: () => void

  constructor(options: {
    sql: Sql
    broker: Broker
    log: Log
    everySeconds: number
    openSessions: () => Iterable<SessionId>
    onGone: (sessions: SessionId[]) => void
  }) {
    const onError = (error: unknown): void => options.log.warn({ err: error }, 'open sessions could not be checked')
    const look = async (): Promise<void> => {
      const gone = await goneOf(options.sql, [...new Set(options.openSessions())])
      if (gone.length > 0) options.onGone(gone)
    }
    this.#ticker = new Ticker({ everyMs: options.everySeconds * 1000, work: look, onError }).start()
    this.#forgetGap = options.broker.onResubscribed(() => void look().catch(onError))
  }

  async stop(): Promise<void> {
    this.#forgetGap()
    await this.#ticker.stop()
  }
}

async function goneOf(sql: Sql, sessions: readonly SessionId[]): Promise<SessionId[]> {
  const gone: SessionId[] = []
  for (let from = 0; from < sessions.length; from += mostAtOnce) {
    const some = sessions.slice(from, from + mostAtOnce)
    const living = await livingSessions(sql, some)
    gone.push(...some.filter((session) => !living.has(session)))
  }
  return gone
}
