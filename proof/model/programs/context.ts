import type { AccountId } from '../../../src/platform/ids.ts'
import type { Appending, Kept, Line } from '../redis.ts'
import type { Holds } from '../rules.ts'

/** What every program of a scenario goes by. */
export interface Context {
  holds: Holds
  /** Ids that a sent hash takes before it is turned. */
  maxIds: number
}

export const alice = 1 as AccountId

export const appending = ({ holds, maxIds }: Context): Appending => ({
  ...{ holds, maxIds, at: () => 0, refuses: () => undefined, onKept: () => undefined },
})

/** The clock of each client is as far ahead as its letter comes late in the alphabet. */
export const lineOf = (id: string, lookedUp: string | undefined): Line => ({
  ...{ sender: alice, id, kind: 'text', hash: '', time: id.charCodeAt(0), lookedUp },
})

export const closed: Omit<Kept, 'epoch' | 'seq'> = {
  at: 0,
  sender: 0 as AccountId,
  id: '!closed',
  kind: 'closed',
  hash: '',
}
