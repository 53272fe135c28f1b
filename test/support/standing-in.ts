import type { LiveEvent, TellingTransaction } from '../../src/live/index.ts'
import type { Relations } from '../../src/people/index.ts'
import type { AccountId } from '../../src/platform/ids.ts'
import { inTransaction } from '../../src/platform/mysql.ts'
import type { Sql } from '../../src/platform/mysql.ts'

/** For what is tested without the stream: transactions whose events can be looked at when they have committed. */
export function toldInto(sql: Sql, told: LiveEvent[] = []): TellingTransaction {
  return async (work) => {
    const { result, events } = await inTransaction(sql, async (trx) => {
      const said: LiveEvent[] = []
      return { result: await work(trx, (event) => void said.push(event)), events: said }
    })
    told.push(...events)
    return result
  }
}

/** For what is tested without notifications. */
export const noNotices = async (): Promise<void> => undefined

/** How people stand to each other, by hand. */
export class HandmadeRelations {
  readonly #blocks = new Map<AccountId, Set<AccountId>>()
  readonly #mutes = new Map<AccountId, Set<AccountId>>()

  block(one: AccountId, other: AccountId): void {
    add(this.#blocks, one, other)
    add(this.#blocks, other, one)
  }

  mute(one: AccountId, other: AccountId): void {
    add(this.#mutes, one, other)
  }

  readonly of = async (account: AccountId): Promise<Relations> => {
    const blocked = this.#blocks.get(account) ?? new Set()
    const muted = this.#mutes.get(account) ?? new Set()
    return { blocked, muted, hidden: new Set([...blocked, ...muted]) }
  }
}

function add(to: Map<AccountId, Set<AccountId>>, one: AccountId, other: AccountId): void {
  to.set(one, (to.get(one) ?? new Set()).add(other))
}
