import type { Route } from '../platform/http/route.ts'
import type { AccountId } from '../platform/ids.ts'

/** How one person stands to all others. */
export interface Relations {
  /** Blocked by this person, or having blocked this person: to each other they are not there. */
  blocked: ReadonlySet<AccountId>
  /** Muted by this person: left out of what comes by itself, shown when asked for. */
  muted: ReadonlySet<AccountId>
  /** Both together: whom feeds, comment lists, room lists and streams leave out. */
  hidden: ReadonlySet<AccountId>
}

export interface People {
  routes: Route[]
  /** By one query. */
  relationsOf(account: AccountId): Promise<Relations>
  /** Whom this person follows, by one query. */
  followedBy(account: AccountId): Promise<AccountId[]>
}
