import type { Answer, ClientFrame } from './frames.ts'
import { ApiProblem } from './problem.ts'
import type { ProblemDocument } from './problem.ts'

interface Waiting {
  resolve: (answer: Answer) => void
  reject: (problem: ApiProblem) => void
  deadline: ReturnType<typeof setTimeout>
}

const answerMs = 10_000

/** Frames that wait for the one answer that carries their `ref`. */
export class Requests {
  readonly #waiting = new Map<string, Waiting>()
  #last = 0

  /** Errors: `ApiProblem`, with `offline` when it could not be sent or the connection ended, `timeout` when no answer came. */
  ask(frame: ClientFrame, send: (frame: object) => boolean): Promise<Answer> {
    this.#last += 1
    const ref = String(this.#last)
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => this.#fail(ref, new ApiProblem({ code: 'timeout' })), answerMs)
      this.#waiting.set(ref, { resolve, reject, deadline })
      if (!send({ ...frame, ref })) this.#fail(ref, new ApiProblem({ code: 'offline' }))
    })
  }

  answered(answer: Answer): void {
    const ref = String(answer.ref)
    if (answer.type === 'error') return this.#fail(ref, new ApiProblem(answer as ProblemDocument))
    this.#take(ref)?.resolve(answer)
  }

  /** The connection ended: what became of them is not known. */
  lost(): void {
    for (const ref of [...this.#waiting.keys()]) this.#fail(ref, new ApiProblem({ code: 'offline' }))
  }

  #fail(ref: string, problem: ApiProblem): void {
    this.#take(ref)?.reject(problem)
  }

  #take(ref: string): Waiting | undefined {
    const waiting = this.#waiting.get(ref)
    this.#waiting.delete(ref)
    clearTimeout(waiting?.deadline)
    return waiting
  }
}
