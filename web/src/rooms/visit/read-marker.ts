import { signal } from '@preact/signals'
import type { Place } from '../../api/live.ts'
import { isLater } from '../model/places.ts'

const tellMs = 1000

/** Up to where I have read: what was seen here is told at most once a second, what was seen elsewhere is heard. */
export class ReadMarker {
  /** Undefined when nothing has been read yet. */
  readonly at = signal<Place | undefined>(undefined)
  /** The line of what is new stands behind this place. It moves when the reader comes back, not while they read. */
  readonly lineAt = signal<Place | undefined>(undefined)
  readonly #tell: (place: Place) => Promise<void>
  #timer: ReturnType<typeof setTimeout> | undefined
  #told: Place | undefined

  constructor(tell: (place: Place) => Promise<void>) {
    this.#tell = tell
  }

  startAt(place: Place | undefined): void {
    const start = place ?? { epoch: 0, seq: 0 }
    this.at.value = start
    this.lineAt.value = start
    this.#told = start
  }

  /** Everything up to here was before the reader's eyes. */
  seen(place: Place): void {
    if (this.at.value !== undefined && !isLater(place, this.at.value)) return
    this.at.value = place
    this.#timer ??= setTimeout(() => this.#tellNow(), tellMs)
  }

  heard(place: Place): void {
    if (this.at.value === undefined || isLater(place, this.at.value)) this.at.value = place
    if (this.#told === undefined || isLater(place, this.#told)) this.#told = place
  }

  /** The reader looks away: what comes now is new when they look again. */
  lookAway(): void {
    this.lineAt.value = this.at.value
  }

  /** Tells what was not told yet. */
  stop(): void {
    if (this.#timer !== undefined) this.#tellNow()
  }

  #tellNow(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const place = this.at.value
    if (place === undefined || (this.#told !== undefined && !isLater(place, this.#told))) return
    this.#told = place
    // A marker that gets lost is told again with the next message.
    this.#tell(place).catch(() => undefined)
  }
}
