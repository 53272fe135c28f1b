import type { Server, ServerResponse } from 'node:http'

/** The requests that a server is answering, so that one that stops can answer them first. */
export class RunningRequests {
  readonly #running = new Set<ServerResponse>()
  #isFinishing = false
  #onLast: () => void = () => undefined

  constructor(servers: readonly Server[]) {
    for (const server of servers) server.on('request', (_request, response: ServerResponse) => this.#begin(response))
  }

  /**
   * To be called when the server listens no more: answers say from now on that their connection closes, so that nothing further comes
   * over it. Resolves when the last one has been given, or after `withinMs`.
   */
  async finish(withinMs: number): Promise<void> {
    this.#isFinishing = true
    const last = Promise.withResolvers<void>()
    this.#onLast = last.resolve
    for (const response of this.#running) closeAfter(response)
    if (this.#running.size === 0) return
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
