import type { Row } from '../model/log.ts'

export interface ComingPicturesParts {
  rows: () => readonly Row[]
  /** Reads again from this seq on. */
  read: (from: number) => Promise<void>
}

/** Pictures are prepared within seconds as a rule; after the last wait who comes back later sees them. */
const waitsMs = [700, 1000, 2000, 3000, 5000, 8000, 15_000, 30_000] as const
/** Whoever has just sent one is near the end. */
const mostRows = 100

/** A room does not say when a picture is ready: what has one that is not is read again, a few times. */
export class ComingPictures {
  readonly #parts: ComingPicturesParts
  #timer: ReturnType<typeof setTimeout> | undefined
  #tries = 0
  #newest = 0

  constructor(parts: ComingPicturesParts) {
    this.#parts = parts
  }

  /** The room has changed. */
  look(): void {
    const coming = this.#coming()
    const newest = coming.at(-1)?.seq
    if (newest === undefined) return
    if (newest > this.#newest) this.#tries = 0
    this.#newest = newest
    const waitMs = waitsMs[this.#tries]
    if (this.#timer === undefined && waitMs !== undefined) this.#timer = setTimeout(() => void this.#again(), waitMs)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  async #again(): Promise<void> {
    this.#tries += 1
    const [first] = this.#coming()
    if (first !== undefined) await this.#parts.read(first.seq).catch(() => undefined)
    this.#timer = undefined
    this.look()
  }

  #coming(): Row[] {
    const isComing = ({ pictures }: Row): boolean => pictures.some(({ state }) => state === 'processing')
    return this.#parts.rows().slice(-mostRows).filter(isComing)
  }
}
