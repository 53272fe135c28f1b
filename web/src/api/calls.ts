import type { Answer, ClientFrame, FrameOf } from './frames.ts'
import type { Place } from './live.ts'
import { backoffMs, pause } from './patience.ts'
import { ApiProblem } from './problem.ts'
import { Requests } from './requests.ts'
import { isUnknown } from './outcome.ts'
import { uuidv7 } from './uuidv7.ts'

const knownWithinMs = 20_000
/** What a frame grows by when it is given its `ref`. */
const refBytes = 40
const backoff = { firstMs: 300, mostMs: 3000 }

/** What is asked over the socket, whichever connection it has at the moment. */
export class Calls {
  readonly #send: (frame: object) => boolean
  /** Nothing came for as long as an answer may take. */
  readonly #onSilence: () => void
  readonly #requests = new Requests()
  readonly #encoder = new TextEncoder()
  #opened = Promise.withResolvers<void>()
  #maxFrame = 0

  constructor(send: (frame: object) => boolean, onSilence: () => void) {
    this.#send = send
    this.#onSilence = onSilence
  }

  /** One try. Errors: `ApiProblem`, `frame_too_large` before anything is sent. */
  async once(frame: ClientFrame): Promise<Answer> {
    if (this.#maxFrame === 0) throw new ApiProblem({ code: 'offline' })
    const bytes = this.#encoder.encode(JSON.stringify(frame)).length + refBytes
    if (bytes > this.#maxFrame) throw new ApiProblem({ code: 'frame_too_large' })
    try {
      return await this.#requests.ask(frame, this.#send)
    } catch (error) {
      if (error instanceof ApiProblem && error.code === 'timeout') this.#onSilence()
      throw error
    }
  }

  /** Until it is known whether it was kept, for some seconds: every try under one id, so that it is kept once. */
  async untilKnown(frame: ClientFrame, now: () => number): Promise<Place> {
    let id: string | undefined
    const deadline = performance.now() + knownWithinMs
    for (let failures = 0; ; failures += 1) {
      try {
        await this.#isOpen(deadline)
        // By the time that a server has said.
        id ??= uuidv7(now())
        const { epoch, seq } = (await this.once({ ...frame, id })) as FrameOf<'ack'>
        return { epoch, seq }
      } catch (error) {
        const waitMs = backoffMs(backoff, failures)
        if (!isUnknown(error) || performance.now() + waitMs > deadline) throw error
        await pause(waitMs)
      }
    }
  }

  answered(answer: Answer): void {
    this.#requests.answered(answer)
  }

  open(maxFrame: number): void {
    this.#maxFrame = maxFrame
    this.#opened.resolve()
    this.#opened = Promise.withResolvers<void>()
    this.#opened.resolve()
  }

  lost(): void {
    if (this.#maxFrame > 0) this.#opened = Promise.withResolvers<void>()
    this.#maxFrame = 0
    this.#requests.lost()
  }

  /** No connection will come: nobody waits for one. */
  refused(): void {
    this.#opened.reject(new ApiProblem({ code: 'not_signed_in' }))
    this.#opened.promise.catch(() => undefined)
  }

  async #isOpen(deadline: number): Promise<void> {
    const late = new AbortController()
    const lateness = pause(deadline - performance.now(), late.signal).then(
      () => Promise.reject(new ApiProblem({ code: 'offline' })),
      () => undefined,
    )
    await Promise.race([this.#opened.promise, lateness]).finally(() => late.abort())
  }
}
