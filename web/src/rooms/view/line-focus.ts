import { signal } from '@preact/signals'
import { hasLostFocus } from '../../ui/focus.ts'
import { roomPlaces } from './room-keys.ts'

/** Which message has the focus, and that it is not lost when the message leaves the page: who scrolls on goes on from where they see. */
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

  /** Other lines are in the page. */
  follow(near: (key: string) => HTMLElement | undefined): void {
    if (this.#line === undefined || this.#line.isConnected || !hasLostFocus()) return
    const key = this.#line.dataset['key'] ?? ''
    this.#line = undefined
    near(key)?.focus({ preventScroll: true })
  }
}
