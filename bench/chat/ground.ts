import { startSite } from '../site/site.ts'
import type { Site, SiteOptions } from '../site/site.ts'

/** One site for all contestants of a run, so that each has the same Redis and the same database: there from the first that needs it to the last. */
export class Ground {
  readonly #options: SiteOptions
  #site: Promise<Site> | undefined
  #users = 0

  constructor(options: SiteOptions) {
    this.#options = options
  }

  enter(): Promise<Site> {
    this.#users += 1
    this.#site ??= startSite(this.#options)
    return this.#site
  }

  async leave(): Promise<void> {
    this.#users -= 1
    if (this.#users === 0) await (await this.#site)?.stop()
  }
}
