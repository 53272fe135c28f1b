import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

/** Buffers that a socket of a server gave to the system, one list a write. */
export interface ServerSocket {
  remotePort: number
  writes: Buffer[][]
}

type Writer = {
  _write(chunk: Buffer, encoding: string, done: () => void): void
  _writev(chunks: { chunk: Buffer }[], done: () => void): void
}

/** All sockets that servers of this process accept from now on, and what they write. Strings are not kept. */
export function watchServerSockets(): { sockets: ServerSocket[]; forget(): void } {
  const sockets: ServerSocket[] = []
  const onSocket = (message: unknown): void => {
    const { socket } = message as { socket: Socket & Writer }
    const watched: ServerSocket = { remotePort: socket.remotePort ?? 0, writes: [] }
    sockets.push(watched)
    const { _write: write, _writev: writev } = socket
    socket._write = function (chunk, encoding, done) {
      watched.writes.push([chunk])
      write.call(socket, chunk, encoding, done)
    }
    socket._writev = function (chunks, done) {
      watched.writes.push(chunks.map((each) => each.chunk))
      writev.call(socket, chunks, done)
    }
  }
  subscribe('net.server.socket', onSocket)
  return { sockets, forget: () => void unsubscribe('net.server.socket', onSocket) }
}
