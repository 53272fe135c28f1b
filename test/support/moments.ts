/** Everything that is under way waits here for its turn; a test says what comes to pass next, several things in the same moment. */
export class Moments {
  #coming: (() => void)[] = []

  get isStill(): boolean {
    return this.#coming.length === 0
  }

  turn(): Promise<void> {
    return new Promise((resolve) => this.#coming.push(resolve))
  }

  /** Resolves when what followed from it by itself has come to pass, too. */
  async come(choices: readonly number[]): Promise<void> {
    const chosen = new Set(choices.map((choice) => this.#coming[choice % this.#coming.length]))
    this.#coming = this.#coming.filter((one) => !chosen.has(one))
    for (const happen of chosen) happen?.()
    await new Promise((resolve) => setImmediate(resolve))
  }

  /** Lets everything come to pass, in the order in which it came up. */
  async rest(): Promise<void> {
    while (!this.isStill) await this.come([0])
  }
}
