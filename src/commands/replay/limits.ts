import type { Call } from './api.ts'

/** Remembers what the server asked to go slower about, to say once which settings would have to be raised. */
export class LimitNotes {
  readonly #settings = new Set<string>()
  #times = 0

  ofCall({ path }: Call): void {
    if (path === '/v1/accounts') this.#note('SIGN_UP_PER_HOUR')
    else if (path === '/v1/sessions') this.#note('SIGN_IN_PER_MINUTE')
    else this.#note('REQUESTS_PER_MINUTE')
  }

  ofFrame(code: string): void {
    if (code === 'buffer_full') this.#note('BUFFER_MAX_ENTRIES', 'BUFFER_MAX_BYTES')
    else this.#note('FRAMES_PER_SECOND', 'FRAMES_BURST', 'MESSAGES_PER_SECOND')
  }

  /** One sentence, or undefined when nothing was limited. */
  get sentence(): string | undefined {
    if (this.#times === 0) return undefined
    return `The server asked ${this.#times} times to go slower, and we did; to go faster raise ${[...this.#settings].join(', ')} where it is started.`
  }

  #note(...settings: string[]): void {
    this.#times += 1
    for (const setting of settings) this.#settings.add(setting)
  }
}
