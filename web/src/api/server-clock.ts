/** The time as servers have it. The device's own clock may be wrong, and may be set while nobody looks: it counts only until a server has said the time. */
export class ServerClock {
  #heard: { ms: number; at: number } | undefined

  /** `now`: as a server has just said it. */
  set(now: string): void {
    this.#heard = { ms: Date.parse(now), at: performance.now() }
  }

  /** Whole milliseconds since 1970. */
  now(): number {
    return this.#heard === undefined ? Date.now() : Math.floor(this.#heard.ms + performance.now() - this.#heard.at)
  }
}
