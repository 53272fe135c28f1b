import type { Broker } from '../platform/broker.ts'
import { crashPoint } from '../platform/crash-point.ts'
import type { Log } from '../platform/log.ts'
import { inTransaction } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import type { TellingTransaction } from './contract.ts'
import { toStored } from './event.ts'
import type { StoredEvent } from './event.ts'
import { keys } from './keys.ts'
import { insertEvents } from './store.ts'

export interface TellingParts {
  sql: Sql
  broker: Pick<Broker, 'publish'>
  log: Log
}

/** ① Transactions that write down what they tell; the relays are rung when they have committed. */
export function createTelling(parts: TellingParts): TellingTransaction {
  const hint = createHint(parts)
  return async (work) => {
    let hasTold = false
    const result = await inTransaction(parts.sql, async (trx) => {
      // Of this attempt alone: what a failed one told has not happened.
      const told: StoredEvent[] = []
      const answer = await work(trx, (event) => void told.push(toStored(event)))
      hasTold = told.length > 0
      if (!hasTold) return answer
      await insertEvents(trx, told)
      crashPoint('telling: written, not committed')
      return answer
    })
    if (!hasTold) return result
    crashPoint('telling: committed, relays not rung')
    hint()
    return result
  }
}

/**
 * Rings for the relays. Nobody waits for it and nothing depends on it: they also look by a timer. At most one ring is under way,
 * and one more follows for all that was committed meanwhile.
 */
function createHint({ broker, log }: TellingParts): () => void {
  let isRinging = false
  let isWanted = false
  const ring = async (): Promise<void> => {
    isRinging = true
    do {
      isWanted = false
      await broker.publish(keys.told, '')
    } while (isWanted)
  }
  return () => {
    isWanted = true
    if (isRinging) return
    ring()
      .catch((error: unknown) => log.debug({ err: error }, 'the relays could not be rung'))
      .finally(() => {
        isRinging = false
      })
  }
}
