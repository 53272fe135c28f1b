import { patienceMs } from './patience.ts'

export type HeardFrame = Record<string, unknown> & { type: string }

/** The JSON that a socket's client has heard; whoever waits for a frame is told of it. */
export class Ear {
  readonly frames: HeardFrame[] = []
  readonly #watchers = new Set<() => void>()

  hear(text: string): void {
    this.frames.push(JSON.parse(text) as HeardFrame)
    for (const look of this.#watchers) look()
  }

  /** The first frame, heard already or still to come, that is it. */
  hears(what: string, isIt: (frame: HeardFrame) => boolean, withinMs = patienceMs): Promise<HeardFrame> {
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => {
        this.#watchers.delete(look)
        reject(new Error(`${what}: not heard within ${withinMs} ms, but ${JSON.stringify(this.frames).slice(-2000)}`))
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

  ofType(type: string): HeardFrame[] {
    return this.frames.filter((frame) => frame.type === type)
  }
}
