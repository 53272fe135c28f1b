import { openSite } from './site.ts'
import type { LedgerSite, SiteOptions } from './site.ts'

/** One site for all contestants of a measure: the same Redis and the same database, which is what their ratio is about. */
export class SharedSite {
  readonly #options: SiteOptions
  #users = 0
  #opening: Promise<LedgerSite> | undefined

  constructor(options: SiteOptions) {
    this.#options = options
  }

  enter(): Promise<LedgerSite> {
    this.#users += 1
    this.#opening ??= openSite(this.#options)
    return this.#opening
  }

  /** Who leaves last stops it. */
  async leave(): Promise<void> {
    this.#users -= 1
    if (this.#users > 0) return
    const site = await this.#opening
    this.#opening = undefined
    await site?.stop()
  }
}
