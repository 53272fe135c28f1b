import { stripVTControlCharacters } from 'node:util'

/**
 * Counts passed and failed tests as ava reports them: a line a test, and a summary that, when something failed, leaves
 * out how many passed but names what failed outside of tests.
 */
export class Tally {
  #rest = ''
  #passed = 0
  #failed = 0
  #skipped = 0
  #failedOutside = new Map<RegExp, number>()

  read(text: string): void {
    const lines = (this.#rest + stripVTControlCharacters(text)).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.#count(line)
  }

  /** A run that ended badly failed even when no single test did: a file that does not load, a handle that stays open. */
  result(exitCode: number): { passed: number; failed: number; skipped: number } {
    const outside = [...this.#failedOutside.values()].reduce((sum, count) => sum + count, 0)
    const failed = this.#failed + outside
    const hasFailed = exitCode !== 0 || this.#passed === 0
    return { passed: this.#passed, failed: failed === 0 && hasFailed ? 1 : failed, skipped: this.#skipped }
  }

  #count(line: string): void {
    if (passedTest.test(line)) this.#passed += 1
    if (failedTest.test(line)) this.#failed += 1
    if (skippedTest.test(line)) this.#skipped += 1
    for (const kind of outsideOfTests) {
      const match = kind.exec(line)
      if (match) this.#failedOutside.set(kind, Number(match[1]))
    }
  }
}

const passedTest = /^ {2}✔ /
const failedTest = /^ {2}✘ \[(?:fail|unexpected pass)\]: /
const skippedTest = /^ {2}- \[skip\]: /
const outsideOfTests = [
  /^ {2}(\d+) uncaught exceptions?$/,
  /^ {2}(\d+) unhandled rejections?$/,
  /^ {2}(\d+) tests? remained pending after a timeout$/,
]
