/** Clients that we did not write, as the tests lead them. */

export interface Door {
  /** ws:// with path. */
  url: string
  protocols: readonly string[]
  headers: Readonly<Record<string, string>>
  /** Offer permessage-deflate, if the client can. */
  isDeflateOffered?: boolean
}

export interface Ended {
  code: number
  reason: string
}

/** What a client has of a connection. What is optional not every client can do. */
export interface ForeignSocket {
  readonly protocol: string
  /** As the server granted them. */
  readonly extensions: string
  readonly ended: Promise<Ended>
  text(text: string): void
  /** One message in so many frames, with a ping between each two. */
  pieces?(pieces: readonly string[]): void
  /** Resolves when a pong with the same payload has come. */
  ping?(payload: string): Promise<void>
  close(code: number, reason: string): void
  /** Leaves without a word. */
  drop(): void
}

export type Hearing = (text: string) => void

/** The JSON that a foreign client heard; whoever waits is told. */
export class Ear {
  readonly frames: Record<string, unknown>[] = []
  readonly #watchers = new Set<() => void>()

  hear(text: string): void {
    this.frames.push(JSON.parse(text) as Record<string, unknown>)
    for (const look of this.#watchers) look()
  }

  /** The first frame, heard already or still to come, that is it. */
  hears(what: string, isIt: (frame: Record<string, unknown>) => boolean, withinMs = 10_000) {
    return new Promise<Record<string, unknown>>((resolve, reject) => {
      const deadline = setTimeout(() => {
        this.#watchers.delete(look)
        reject(new Error(`${what}: not heard within ${withinMs} ms, but ${JSON.stringify(this.frames).slice(-1000)}`))
      }, withinMs)
      const look = (): void => {
        const found = this.frames.find(isIt)
        if (found === undefined) return
        this.#watchers.delete(look)
        clearTimeout(deadline)
        resolve(found)
      }
      this.#watchers.add(look)
      look()
    })
  }
}
