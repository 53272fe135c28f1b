import { signal } from '@preact/signals'
import type { Place } from '../../api/live.ts'
import { isLater } from '../model/places.ts'

/** Up to where I have read: what was seen here is told, what was seen elsewhere is heard. */
export class ReadMarker {
  /** Undefined until it is known. */
  readonly at = signal<Place | undefined>(undefined)
  /** The line of what is new stands behind this place. It moves when the reader comes back, not while they read. */
  readonly lineAt = signal<Place | undefined>(undefined)
  readonly #tell: (place: Place) => void

  constructor(tell: (place: Place) => void) {
    this.#tell = tell
  }

  startAt(place: Place | undefined): void {
    this.at.value = place ?? { epoch: 0, seq: 0 }
    this.lineAt.value = this.at.value
  }

  /** Everything up to here was before the reader's eyes. */
  seen(place: Place): void {
    const { value } = this.at
    if (value === undefined || !isLater(place, value)) return
    this.at.value = place
    this.#tell(place)
  }

  heard(place: Place): void {
    const { value } = this.at
    if (value !== undefined && isLater(place, value)) this.at.value = place
  }

  /** The reader looks away: what comes now is new when they look again. */
  lookAway(): void {
    this.lineAt.value = this.at.value
  }

  /** The reader looks, and nothing is new: what comes before their eyes is not parted by a line. */
  nothingNew(): void {
    this.lineAt.value = undefined
  }
}
