import type { AccountId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Profile } from './account.ts'
import { withPicture } from './pictures.ts'
import type { PictureUrlsOf } from './pictures.ts'
import { profilesOf } from './store.ts'

const mostKept = 10_000
/** A change is announced; this bounds how long a server goes on with an old name when it missed that. */
const freshMs = 60_000

/** What everybody may know of people, many at once: one query for those that are not at hand. */
export class Profiles {
  readonly #sql: Sql
  readonly #pictureUrls: PictureUrlsOf | undefined
  /** Least recently used first: a Map keeps the order of insertion. */
  readonly #kept = new Map<AccountId, { profile: Profile; until: number }>()
  /** How often somebody changed: what was asked before a change may be old when it is answered. */
  #changes = 0

  constructor(parts: { sql: Sql; pictureUrls: PictureUrlsOf | undefined }) {
    this.#sql = parts.sql
    this.#pictureUrls = parts.pictureUrls
  }

  /** Ids that nobody has are missing in the answer. Who is in a transaction gives it: a second connection might never come. */
  async of(ids: Iterable<AccountId>, sql = this.#sql): Promise<Map<AccountId, Profile>> {
    const found = new Map<AccountId, Profile>()
    const missing: AccountId[] = []
    const now = Date.now()
    for (const id of new Set(ids)) {
      const profile = this.#recall(id, now)
      if (profile === undefined) missing.push(id)
      else found.set(id, profile)
    }
    const changes = this.#changes
    if (missing.length === 0) return found
    for (const stored of await profilesOf(sql, missing)) {
      const profile = withPicture(this.#pictureUrls, stored)
      if (changes === this.#changes) this.#keep(profile)
      found.set(profile.id, profile)
    }
    return found
  }

  forget(id: AccountId): void {
    this.#changes += 1
    this.#kept.delete(id)
  }

  #recall(id: AccountId, now: number): Profile | undefined {
    const kept = this.#kept.get(id)
    if (kept === undefined) return undefined
    this.#kept.delete(id)
    if (kept.until < now) return undefined
    this.#kept.set(id, kept)
    return kept.profile
  }

  #keep(profile: Profile): void {
    this.#kept.delete(profile.id)
    this.#kept.set(profile.id, { profile, until: Date.now() + freshMs })
    if (this.#kept.size <= mostKept) return
    const [oldest] = this.#kept.keys()
    if (oldest !== undefined) this.#kept.delete(oldest)
  }
}
