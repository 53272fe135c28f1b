import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'

/** A network that leads to one server or another and breaks when it is told to. */
export class CuttingProxy {
  readonly address: string
  readonly #server: Server
  readonly #sockets: Set<Socket>

  private constructor(server: Server, sockets: Set<Socket>, port: number) {
    this.#server = server
    this.#sockets = sockets
    this.address = `http://127.0.0.1:${port}`
  }

  /** `target` answers where a new connection leads, as in `http://127.0.0.1:3000`; it is broken at once where that is nowhere. */
  static async open(target: () => string | undefined): Promise<CuttingProxy> {
    const sockets = new Set<Socket>()
    const keep = (socket: Socket): void => {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => sockets.delete(socket))
    }
    const server = createServer((near) => {
      keep(near)
      const leadsTo = target()
      if (leadsTo === undefined) return void near.destroy()
      const far = connect(Number(new URL(leadsTo).port), '127.0.0.1')
      keep(far)
      near.pipe(far).pipe(near)
      near.on('close', () => far.destroy())
      far.on('close', () => near.destroy())
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    return new CuttingProxy(server, sockets, address.port)
  }

  /** Nothing that is sent on the present connections arrives any more, and nobody is told. New ones work. */
  fallSilent(): void {
    for (const socket of this.#sockets) socket.unpipe().pause()
  }

  /** Breaks all connections, in the middle of whatever they carry. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  close(): void {
    this.#server.close()
    this.cut()
  }
}
