import { once } from 'node:events'
import type { Server } from 'node:http'

export interface Listening {
  origin: string
  port: number
  close(): void
}

/** Listens on a free port of this machine. */
export async function listening(server: Server): Promise<Listening> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    port: address.port,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
