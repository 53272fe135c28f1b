import type { AccountId } from '../ids.ts'
import { affectedRows, selectRows } from '../mysql.ts'
import type { Sql } from '../mysql.ts'
import type { Answer } from './route.ts'

/** The SQL of `idempotency_keys`. */

export interface KeyOf {
  account: AccountId
  key: string
}

/** What a request was answered, and the SHA-256 of what it asked. */
export interface KeptAnswer {
  fingerprint: Buffer
  answer: Answer
}

interface Row {
  fingerprint: Buffer
  status: number
  headers: string
  body: string | null
}

export async function answerUnder(sql: Sql, { account, key }: KeyOf): Promise<KeptAnswer | undefined> {
  const [row] = await selectRows<Row>(
    sql,
    'SELECT fingerprint, status, headers, body FROM idempotency_keys WHERE account_id = ? AND idempotency_key = ?',
    [account, key],
  )
  if (row === undefined) return undefined
  const { fingerprint, status } = row
  const headers = JSON.parse(row.headers) as Record<string, string>
  return { fingerprint, answer: { status, headers, ...(row.body === null ? {} : { body: JSON.parse(row.body) }) } }
}

/** Waits for a transaction that is writing under the same key, and rejects with MySQL's 1062 when it commits. */
export async function insertAnswer(trx: Sql, kept: KeyOf & KeptAnswer & { route: string }): Promise<void> {
  const { status, headers, body } = kept.answer
  await trx('idempotency_keys').insert({
    account_id: kept.account,
    idempotency_key: kept.key,
    route: kept.route,
    fingerprint: kept.fingerprint,
    status,
    headers: JSON.stringify(headers ?? {}),
    body: body === undefined ? null : JSON.stringify(body),
  })
}

/** Forgets at most `limit` answers that are older than this, oldest first; resolves with how many. */
export function deleteAnswersOlder(sql: Sql, { hours, limit }: { hours: number; limit: number }): Promise<number> {
  return affectedRows(
    sql,
    `DELETE FROM idempotency_keys WHERE created_at < CURRENT_TIMESTAMP(3) - INTERVAL ? HOUR
     ORDER BY created_at LIMIT ?`,
    [hours, limit],
  )
}
