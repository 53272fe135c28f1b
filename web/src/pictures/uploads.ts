import { signal } from '@preact/signals'
import { ApiProblem } from '../api/problem.ts'
import { randomId } from '../api/random-id.ts'
import type { Picture } from '../api/types.ts'
import type { Uploading } from '../api/upload.ts'
import { moved } from './order.ts'

/** A picture on its way into a post or a message. */
export interface Upload {
  /** Names it here, and is the key under which it is kept once. */
  id: string
  /** Absent for one that was sent before the page was loaded. */
  file: File | undefined
  alt: string
  state: 'waiting' | 'sending' | 'sent' | 'failed'
  /** Of its bytes, 0 to 1. */
  part: number
  /** Once it is sent. */
  picture?: Picture
  problem?: ApiProblem
}

export interface UploadsParts {
  upload(file: Blob, uploading: Uploading): Promise<Picture>
  /** Pictures that fit. */
  most: number
  /** How many are sent at the same time. */
  atOnce?: number
  waitMs?(ms: number): Promise<void>
}

export interface Added {
  added: number
  /** There was no place for these. */
  tooMany: number
  /** These are no pictures. */
  others: number
}

/** What would be refused again, however often it is tried: only another file helps. */
const forGood: ReadonlySet<string> = new Set([
  ...['unsupported_picture', 'broken_picture', 'picture_too_large', 'body_too_large'],
  ...['unsupported_media_type', 'bad_input', 'malformed', 'key_reused', 'forbidden'],
])

/** Whether a picture that failed may come through at another try. */
export function isWorthATry({ state, problem, file }: Upload): boolean {
  return state === 'failed' && file !== undefined && !forGood.has(problem?.code ?? '')
}

/** A short wait that the server asks for is waited for, this often. */
const mostTries = 4
const longestWaitSeconds = 5

/** The pictures of one draft, in their order: several are sent at once, each can be given up and tried again. */
export class Uploads {
  readonly items = signal<readonly Upload[]>([])
  readonly #sending = new Map<string, AbortController>()
  readonly #parts: UploadsParts

  constructor(parts: UploadsParts) {
    this.#parts = parts
  }

  /** So many fit. */
  get most(): number {
    return this.#parts.most
  }

  /** Takes pictures from a picker, a drop or the clipboard. */
  add(files: Iterable<File>): Added {
    const all = [...files]
    const pictures = all.filter((file) => file.type.startsWith('image/'))
    const fitting = pictures.slice(0, Math.max(0, this.#parts.most - this.items.peek().length))
    const fresh = fitting.map((file): Upload => ({ id: randomId(), file, alt: '', state: 'waiting', part: 0 }))
    this.items.value = [...this.items.peek(), ...fresh]
    this.#sendNext()
    return { added: fresh.length, tooMany: pictures.length - fresh.length, others: all.length - pictures.length }
  }

  /** Takes pictures that are with the server already, of a draft or of a post that is edited. */
  restore(pictures: readonly { picture: Picture; alt: string }[]): void {
    const restored = pictures.map(({ picture, alt }): Upload => ({
      id: picture.id,
      file: undefined,
      alt,
      state: 'sent',
      part: 1,
      picture,
    }))
    this.items.value = [...this.items.peek(), ...restored]
  }

  describe(id: string, alt: string): void {
    this.#change(id, { alt })
  }

  move(from: number, to: number): void {
    this.items.value = moved(this.items.peek(), from, to)
  }

  /** One that is on its way is given up. */
  remove(id: string): void {
    this.items.value = this.items.peek().filter((item) => item.id !== id)
    this.#sending.get(id)?.abort()
  }

  retry(id: string): void {
    this.items.value = this.items
      .peek()
      .map((item) => (item.id === id && item.state === 'failed' ? waiting(item) : item))
    this.#sendNext()
  }

  /** There is a network again: those that were cut off go on by themselves. */
  retryCutOff(): void {
    for (const { id, problem } of this.items.peek()) if (problem?.code === 'offline') this.retry(id)
  }

  /** Takes all out, for whoever sends them: a second press finds none. `putBack` undoes it. */
  take(): readonly Upload[] {
    const taken = this.items.peek()
    this.items.value = []
    return taken
  }

  putBack(taken: readonly Upload[]): void {
    this.items.value = [...taken, ...this.items.peek()]
  }

  clear(): void {
    this.items.value = []
    for (const sending of this.#sending.values()) sending.abort()
  }

  #sendNext(): void {
    const next = this.items.peek().find((item) => item.state === 'waiting')
    if (next?.file === undefined || this.#sending.size >= (this.#parts.atOnce ?? 2)) return
    const control = new AbortController()
    this.#sending.set(next.id, control)
    this.#change(next.id, { state: 'sending' })
    void this.#send(next.id, next.file, control.signal).finally(() => {
      this.#sending.delete(next.id)
      this.#sendNext()
    })
    this.#sendNext()
  }

  async #send(id: string, file: File, aborted: AbortSignal): Promise<void> {
    const onProgress = (part: number): void => this.#change(id, { part })
    for (let attempt = 1; !aborted.aborted; attempt += 1) {
      try {
        const picture = await this.#parts.upload(file, { idempotencyKey: id, onProgress, signal: aborted })
        return this.#change(id, { state: 'sent', part: 1, picture })
      } catch (error) {
        if (aborted.aborted) return
        const problem = error instanceof ApiProblem ? error : new ApiProblem({ code: 'internal' })
        const waitSeconds = problem.retryAfter ?? Infinity
        if (attempt === mostTries || waitSeconds > longestWaitSeconds) {
          return this.#change(id, { state: 'failed', problem })
        }
        await (this.#parts.waitMs ?? waitMs)(waitSeconds * 1000)
      }
    }
  }

  #change(id: string, change: Partial<Upload>): void {
    this.items.value = this.items.peek().map((item) => (item.id === id ? { ...item, ...change } : item))
  }
}

function waiting(item: Upload): Upload {
  const again: Upload = { ...item, state: 'waiting', part: 0 }
  delete again.problem
  return again
}

function waitMs(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}

/** The state of all together: what the button that sends them waits for. */
export function progressOf(items: readonly Upload[]): 'ready' | 'sending' | 'failed' {
  if (items.some((item) => item.state === 'failed')) return 'failed'
  return items.every((item) => item.state === 'sent') ? 'ready' : 'sending'
}
