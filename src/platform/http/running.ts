import type { Server, ServerResponse } from 'node:http'

/** The requests that a server is answering, so that one that stops can answer them first. */
export class RunningRequests {
  readonly #running = new Set<ServerResponse>()
  #isFinishing = false
  #onLast: () => void = () => undefined

  constructor(servers: readonly Server[]) {
    for (const server of servers) server.on('request', (_request, response: ServerResponse) => this.#begin(response))
  }

  /** Answers say from now on that their connection closes, so that nothing further comes over it. */
  endConnections(): void {
    this.#isFinishing = true
    for (const response of this.#running) closeAfter(response)
  }

  /** To be called when nobody else comes in. Resolves when the last answer has been given, or after `withinMs`. */
  async finish(withinMs: number): Promise<void> {
    this.endConnections()
    if (this.#running.size === 0) return
    const last = Promise.withResolvers<void>()
    this.#onLast = last.resolve
    const timer = setTimeout(last.resolve, withinMs)
    await last.promise
    clearTimeout(timer)
  }

  #begin(response: ServerResponse): void {
    if (this.#isFinishing) closeAfter(response)
    this.#running.add(response)
    response.once('close', () => {
      this.#running.delete(response)
      if (this.#running.size === 0) this.#onLast()
    })
  }
}

function closeAfter(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('connection', 'close')
}
