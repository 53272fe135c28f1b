/** Between two pings a connection is looked at so often. */
const beatsPerPing = 25

/** One timer for all connections of a server: they count its beats, and know by them when to ping and how long a pong is due. */
export class Heartbeat {
  readonly pingBeats = beatsPerPing
  readonly pongBeats: number
  readonly #timer: NodeJS.Timeout
  #joined = 0

  constructor(times: { pingMs: number; pongMs: number }, beat: () => void) {
    const beatMs = times.pingMs / beatsPerPing
    this.pongBeats = Math.ceil(times.pongMs / beatMs)
    this.#timer = setInterval(beat, beatMs).unref()
  }

  /** Beats that a connection which comes now counts as gone: those that come together are not pinged together. */
  join(): number {
    const gone = this.#joined
    this.#joined = (gone + 1) % beatsPerPing
    return gone
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
