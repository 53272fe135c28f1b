/** Something that all contestants of a measure stand on, such as one Redis and one database, which is what their ratio is about. */
export class Shared<T extends { stop(): Promise<void> }> {
  readonly #open: () => Promise<T>
  #users = 0
  #opening: Promise<T> | undefined

  constructor(open: () => Promise<T>) {
    this.#open = open
  }

  enter(): Promise<T> {
    this.#users += 1
    this.#opening ??= this.#open()
    return this.#opening
  }

  /** Who leaves last stops it. */
  async leave(): Promise<void> {
    this.#users -= 1
    if (this.#users > 0) return
    const opened = await this.#opening
    this.#opening = undefined
    await opened?.stop()
  }
}
