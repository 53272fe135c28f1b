import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const projectFolder = fileURLToPath(new URL('../..', import.meta.url))

export interface PartOptions {
  /** A module that the process loads before its own (`node --import`). */
  preload?: string
  /** Folder with the code that runs; this project's unless said otherwise. */
  root?: string
  /** Where it listens; 127.0.0.1 unless said otherwise, which its environment has to say, too. */
  address?: string
  /** Characters of its log that are kept, the last ones. */
  longestLog?: number
}

/** Where Node keeps what it has compiled, for all processes of all tests. */
const folder = process.env['NODE_COMPILE_CACHE']
const compileCache: Record<string, string> = folder === undefined ? {} : { NODE_COMPILE_CACHE: folder }

export const readyWithinMs = 60_000

/** A process of Madang. */
export class Part {
  readonly address: string
  /** With its port. */
  readonly host: string
  readonly #script: string
  readonly #env: Record<string, string>
  readonly #preload: string | undefined
  readonly #root: string
  readonly #longestLog: number
  #child: ChildProcess | undefined
  #log = ''

  constructor(script: string, port: number, env: Record<string, string>, options: PartOptions) {
    const { preload, root, longestLog, address = '127.0.0.1' } = options
    this.address = address
    this.host = `${address}:${port}`
    this.#script = script
    this.#env = env
    this.#preload = preload
    this.#root = root ?? projectFolder
    this.#longestLog = longestLog ?? 20_000
  }

  get child(): ChildProcess {
    if (this.#child === undefined) throw new Error(`${this.#script} was not started`)
    return this.#child
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
  }

  get log(): string {
    return this.#log
  }

  get pid(): number | undefined {
    return this.isRunning ? this.#child?.pid : undefined
  }

  async start(): Promise<void> {
    const preload = this.#preload === undefined ? [] : ['--import', this.#preload]
    const child = spawn(process.execPath, [...preload, this.#script], {
      cwd: this.#root,
      env: { ...compileCache, ...this.#env },
      stdio: ['ignore', 'pipe', 'pipe', ...(this.#preload === undefined ? [] : (['ipc'] as const))],
    })
    const keep = (chunk: Buffer): void => void (this.#log = (this.#log + chunk.toString()).slice(-this.#longestLog))
    child.stdout?.on('data', keep)
    child.stderr?.on('data', keep)
    child.once('exit', (code) => {
      // A test that waits for what a dead process should do fails elsewhere, and late.
      if (code !== null && code !== 0) console.error(`${this.#script} ended with ${code}:\n${this.#log}`)
    })
    this.#child = child
    await once(child, 'spawn')
  }

  async ready(): Promise<void> {
    const deadline = performance.now() + readyWithinMs
    for (;;) {
      const isReady = await answersReady(`http://${this.host}/readyz`)
      // First of all: at the address of one that has ended another may answer.
      if (!this.isRunning) throw new Error(`${this.#script} ended:\n${this.#log}`)
      if (isReady) return
      if (performance.now() > deadline) throw new Error(`${this.#script} is not ready:\n${this.#log}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    return endChild(this.#child, signal)
  }
}

export async function answersReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2500) })
    await response.arrayBuffer()
    return response.ok
  } catch {
    return false
  }
}

export async function endChild(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<number | null> {
  if (child === undefined) return null
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
  return child.exitCode
}
