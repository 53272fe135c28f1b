import { signal } from '@preact/signals'
import { hasLostFocus } from '../../ui/focus.ts'
import { roomPlaces } from './room-keys.ts'

/** Which message has the focus, and that it is not lost with what had it in the message, nor when that leaves the page: who scrolls on goes on from where they see. */
export class LineFocus {
  /** Of the message that had it last. */
  readonly key = signal<string | undefined>(undefined)
  #line: HTMLElement | undefined

  /** Something has got the focus. */
  came(target: EventTarget | null): void {
    const line = target instanceof HTMLElement ? target.closest<HTMLElement>(roomPlaces.message) : null
    this.#line = line ?? undefined
    if (line?.dataset['key'] !== undefined) this.key.value = line.dataset['key']
  }

  /** Something loses it. What is taken away is told so before it goes; what still stands a moment later was left. */
  goes(): void {
    const line = this.#line
    queueMicrotask(() => {
      if (line === this.#line && line?.isConnected === true && !line.contains(document.activeElement)) {
        this.#line = undefined
      }
    })
  }

  /** Other lines are in the page, or something in one of them has gone. */
  follow(near: (key: string) => HTMLElement | undefined): void {
    if (this.#line === undefined || !hasLostFocus()) return
    const line = this.#line.isConnected ? this.#line : near(this.#line.dataset['key'] ?? '')
    this.#line = undefined
    line?.focus({ preventScroll: true })
  }
}
