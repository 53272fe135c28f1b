import { once } from 'node:events'
import { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import { Server as NetServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { serverTimes } from './app.ts'
import { leaveFile, listenOnFile } from './unix-socket.ts'

/** More than Nginx lets through (33 KiB, large_client_header_buffers): it is Nginx that says so when headers are too long, and not Node, in a way of its own. */
const bounds = { ...serverTimes, maxHeaderSize: 65_536 } as const

/** Where a web server is reached: its port, and the unix socket of a file if one is named. Both lead to the same. */
export class Doors {
  readonly servers: readonly Server[]
  readonly #port: Server
  readonly #file: Server | undefined
  readonly #where: { host: string; port: number; file: string | undefined }

  constructor(where: { host: string; port: number; file: string | undefined }, listener: RequestListener) {
    this.#where = where
    this.#port = createServer(bounds, listener)
    this.#file = where.file === undefined ? undefined : createServer(bounds, listener)
    this.servers = this.#file === undefined ? [this.#port] : [this.#port, this.#file]
  }

  /** Resolves with the port when both can be entered. Error: `CannotStart`. */
  async open(): Promise<number> {
    const { host, port, file } = this.#where
    this.#port.listen(port, host)
    await once(this.#port, 'listening')
    if (this.#file !== undefined && file !== undefined) await listenOnFile(this.#file, file)
    return (this.#port.address() as AddressInfo).port
  }

  /**
   * Nobody else comes in; who is in stays. Resolves when all have left, or after `withinMs`. A connection that is kept for a next request is
   * not hung up on: one that is on its way would be lost, and whoever sent it could not know whether it was heard.
   */
  async close(withinMs: number): Promise<void> {
    const left = Promise.all(this.servers.map((server) => once(server, 'close')))
    listenNoMore(this.#port)
    if (this.#file !== undefined && this.#where.file !== undefined) {
      void leaveFile(this.#file, this.#where.file, listenNoMore)
    }
    const { promise: late, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, withinMs)
    await Promise.race([left, late])
    clearTimeout(timer)
  }

  /** Cuts off what is left. */
  cutOff(): void {
    for (const server of this.servers) {
      server.close()
      server.closeAllConnections()
    }
  }
}

/** `close` of an HTTP server would also hang up on the connections that are idle. */
function listenNoMore(server: Server): void {
  NetServer.prototype.close.call(server)
}
