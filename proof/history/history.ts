import { createWriteStream, readFileSync } from 'node:fs'
import type { Line } from './line.ts'

/** Microseconds of the host's monotonic clock: comparable between all processes of one machine, untouched by wrong wall clocks. */
export function now(): number {
  return Number(process.hrtime.bigint() / 1000n)
}

/** A run's lines, in a file of one JSON object a line and in memory. */
export class History {
  readonly lines: Line[] = []
  readonly #file: ReturnType<typeof createWriteStream> | undefined

  /** Without a file the lines are only in memory. */
  constructor(file?: string) {
    this.#file = file === undefined ? undefined : createWriteStream(file, { flags: 'a' })
  }

  add(line: Line): void {
    this.lines.push(line)
    this.#file?.write(`${JSON.stringify(line)}\n`)
  }

  /** Resolves when the file holds everything. */
  async close(): Promise<void> {
    const file = this.#file
    if (file !== undefined) await new Promise<void>((resolve) => file.end(resolve))
  }
}

/** Reads what a History wrote; a last line that was cut by a kill is left out. */
export function readHistory(file: string): Line[] {
  const texts = readFileSync(file, 'utf8').split('\n')
  texts.pop()
  return texts.map((text): Line => JSON.parse(text))
}
