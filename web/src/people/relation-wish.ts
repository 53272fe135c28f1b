export interface RelationWishParts {
  isOn: boolean
  /** Makes it so on the server; repeatable. */
  send(isOn: boolean): Promise<void>
  /** What is to be shown from now on: at once what is wished, and what is so again when that was refused. */
  onShown(isOn: boolean): void
  onProblem(problem: unknown): void
}

/** Something between two people that is on or off: shown at once, sent one after the other, and only what was wished last. */
export class RelationWish {
  readonly #parts: RelationWishParts
  #known: boolean
  #wished: boolean
  #isSending = false
  #sent: Promise<void> = Promise.resolve()

  constructor(parts: RelationWishParts) {
    this.#parts = parts
    this.#known = parts.isOn
    this.#wished = parts.isOn
  }

  /** Resolves with whether it is so when all is said and done. */
  async wish(isOn: boolean): Promise<boolean> {
    this.#wished = isOn
    this.#parts.onShown(isOn)
    if (!this.#isSending) this.#sent = this.#send()
    await this.#sent
    return this.#known
  }

  async #send(): Promise<void> {
    this.#isSending = true
    while (this.#wished !== this.#known) {
      const wished = this.#wished
      try {
        await this.#parts.send(wished)
        this.#known = wished
      } catch (problem) {
        this.#wished = this.#known
        this.#parts.onShown(this.#known)
        this.#parts.onProblem(problem)
      }
    }
    // In the same turn in which the last wish was found fulfilled: one that comes now begins anew.
    this.#isSending = false
  }
}
