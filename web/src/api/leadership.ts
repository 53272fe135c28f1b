/** What a tab does while it leads. */
export interface Lead {
  begin(): void
  /** Another tab leads from now on, or this one has resigned. */
  end(): void
}

/**
 * One of all tabs does what must be done once. It leads until it goes, and then the next one does, at once, whether the first was closed or
 * crashed. A tab that was frozen does not go: it keeps its lock, does nothing and answers nobody. Whoever finds that out may `seize` the lead;
 * the one it was taken from is told when it wakes, and waits for its turn. For a moment two may lead then, and where there are no Web
 * Locks, or the browser refuses them, every tab does: what they do must be harmless when it is done twice.
 */
export class Leadership {
  readonly #name: string
  readonly #leads = new Set<Lead>()
  #isLeading = false
  #isOver = false
  #waiting = new AbortController()
  /** While the lock is held: gives it back. */
  #release: (() => void) | undefined

  constructor(name: string) {
    this.#name = name
    if ('locks' in navigator) this.#wait()
    else this.#isLeading = true
  }

  /** Begins at once where this tab leads already. */
  follow(lead: Lead): void {
    this.#leads.add(lead)
    if (this.#isLeading) lead.begin()
  }

  /** Takes the lead from a tab that does not answer. */
  seize(): void {
    if (this.#isOver || this.#isLeading) return
    this.#waiting.abort()
    void this.#request({ steal: true })
  }

  resign(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#waiting.abort()
    this.#release?.()
    this.#end()
  }

  #wait(): void {
    this.#waiting = new AbortController()
    void this.#request({ signal: this.#waiting.signal })
  }

  async #request(options: LockOptions): Promise<void> {
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    // Given up, it may be granted all the same, when that was on its way.
    const isGivenUp = (): boolean => this.#isOver || options.signal?.aborted === true
    try {
      await navigator.locks.request(this.#name, options, () => {
        if (isGivenUp()) return undefined
        this.#release = release
        this.#begin()
        return held
      })
    } catch {
      if (this.#isOver) return
      if (this.#release === release) this.#robbed()
      else if (!isGivenUp()) this.#begin()
    }
  }

  #robbed(): void {
    this.#release = undefined
    this.#end()
    this.#wait()
  }

  #begin(): void {
    this.#isLeading = true
    for (const lead of this.#leads) lead.begin()
  }

  #end(): void {
    if (!this.#isLeading) return
    this.#isLeading = false
    for (const lead of this.#leads) lead.end()
  }
}
