import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Log } from '../log.ts'
import { createHttpApp, serverTimes } from './app.ts'
import type { Route } from './route.ts'

/** A small server for the probes and the metrics of a process that has no other. */
export async function serveProbes(options: { routes: readonly Route[]; host: string; port: number; log: Log }) {
  const app = createHttpApp({ log: options.log, routes: options.routes })
  const server = createServer(serverTimes, app.callback())
  server.listen(options.port, options.host)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async close(): Promise<void> {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
