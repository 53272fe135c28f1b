import { stripVTControlCharacters } from 'node:util'

/** Counts passed and failed tests from the summary that ava prints at its end. */
export class Tally {
  #tail = ''

  read(text: string): void {
    this.#tail = (this.#tail + stripVTControlCharacters(text)).slice(-20_000)
  }

  /** A run that ended badly failed even when no single test did: a file that does not load, a handle that stays open. */
  result(exitCode: number): { passed: number; failed: number } {
    const passed = this.#lastCount(/^\s*(\d+) tests? passed\b/gm)
    const kinds = [
      /^\s*(\d+) tests? failed\b/gm,
      /^\s*(\d+) known failures?\b.*unexpected/gm,
      /^\s*(\d+) uncaught exceptions?\b/gm,
      /^\s*(\d+) unhandled rejections?\b/gm,
      /^\s*(\d+) tests? remained pending\b/gm,
    ]
    const failed = kinds.reduce((sum, kind) => sum + this.#lastCount(kind), 0)
    const hasFailed = exitCode !== 0 || passed === 0
    return { passed, failed: failed === 0 && hasFailed ? 1 : failed }
  }

  #lastCount(pattern: RegExp): number {
    return Number([...this.#tail.matchAll(pattern)].at(-1)?.[1] ?? 0)
  }
}
