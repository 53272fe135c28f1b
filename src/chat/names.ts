import type { Profile } from '../accounts/index.ts'
import type { AccountId } from '../platform/ids.ts'
import { within } from '../platform/lifecycle.ts'
import type { Log } from '../platform/log.ts'

/** Answers by one batch. Ids that nobody has are missing in the answer. */
export type ReadProfiles = (ids: Iterable<AccountId>) => Promise<Map<AccountId, Profile>>

const mostKept = 50_000
const learnMs = 2000

/**
 * The usernames that this server has met, at hand without waiting: a frame that must not be overtaken cannot wait for a look-up
 * each time. Usernames never change.
 */
export class Names {
  readonly #profiles: ReadProfiles
  readonly #log: Log
  readonly #known = new Map<AccountId, string>()

  constructor(parts: { profiles: ReadProfiles; log: Log }) {
    this.#profiles = parts.profiles
    this.#log = parts.log
  }

  of(account: AccountId): string | undefined {
    return this.#known.get(account)
  }

  met(account: AccountId, username: string): void {
    if (this.#known.size >= mostKept && !this.#known.has(account)) this.#forgetOldest()
    this.#known.set(account, username)
  }

  /** Whom it does not know afterwards nobody is called. Rejects when that cannot be found out now. */
  async learn(accounts: readonly AccountId[]): Promise<void> {
    if (accounts.length === 0) return
    try {
      const profiles = await within(learnMs, 'profiles', this.#profiles(accounts))
      for (const [account, profile] of profiles) this.met(account, profile.username)
    } catch (error) {
      this.#log.warn({ err: error, accounts: accounts.length }, 'speakers could not be named yet')
      throw error
    }
  }

  #forgetOldest(): void {
    const [oldest] = this.#known.keys()
    if (oldest !== undefined) this.#known.delete(oldest)
  }
}
