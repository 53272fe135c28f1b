import { writeSync } from 'node:fs'

const bufferBytes = 4096
const flushMs = 200
const againMs = 10

/**
 * Where lines of the log go, several at once: what waits leaves when it is much, after a fifth of a second, or when somebody says so. The
 * process waits for a slow reader. Lines that nobody can take (the reader has gone, the disk is full) are dropped: a server goes on
 * without its log, and writes it again when there is somewhere to write to. Pino's own destination waits for that moment in `flushSync`,
 * and the whole process with it.
 */
export class LogOutput {
  readonly #file: number
  #waiting = ''
  #timer: NodeJS.Timeout | undefined

  /** `file` is a descriptor; what still waits when the process exits is written then. */
  constructor(file: number) {
    this.#file = file
    process.once('exit', () => this.flush())
  }

  write(line: string): void {
    this.#waiting += line
    if (this.#waiting.length >= bufferBytes) return this.flush()
    this.#timer ??= setTimeout(() => this.flush(), flushMs).unref()
  }

  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const lines = Buffer.from(this.#waiting)
    this.#waiting = ''
    for (let written = 0; written < lines.length;) {
      const count = this.#writeSome(lines.subarray(written))
      if (count === undefined) return
      written += count
    }
  }

  /** How many bytes were taken; undefined when nobody takes them. */
  #writeSome(bytes: Buffer): number | undefined {
    try {
      return writeSync(this.#file, bytes)
    } catch (error) {
      const isFull = error instanceof Error && 'code' in error && error.code === 'EAGAIN'
      if (!isFull) return undefined
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, againMs)
      return 0
    }
  }
}
