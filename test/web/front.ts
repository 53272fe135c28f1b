import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { ExecutionContext, TestFn } from 'ava'
import { startNginx } from '../../tools/nginx.ts'
import { freePort } from '../../tools/ports.ts'
import { stopProcess } from '../../tools/processes.ts'
import { silentProgress } from '../../tools/progress.ts'
import { waitFor } from '../../tools/wait.ts'
import { provideWebClient } from '../../tools/web/client.ts'

/** Nginx with the built client, before a server that says which path it was asked for. */
export async function startFront(settings: { mediaBaseUrl?: string } = {}) {
  await provideWebClient(silentProgress)
  const server = createServer((req, res) => void res.setHeader('x-asked-for', req.url ?? '').end('asked'))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const folder = mkdtempSync(path.join(tmpdir(), 'madang-front-'))
  const inside = (name: string): string => path.join(folder, name)
  const port = await freePort()
  const { mark } = await startNginx({
    ...{ ...settings, folder, port, program: process.env['NGINX_SERVER'] ?? 'nginx', mediaFolder: inside('media') },
    servers: [`127.0.0.1:${(server.address() as AddressInfo).port}`],
    ...{ accessLog: inside('access.log'), errorLog: inside('error.log'), log: inside('out.log') },
    pidFile: inside('it.pid'),
  })
  const address = `http://127.0.0.1:${port}`
  await waitFor({
    isTrue: () =>
      fetch(`${address}/livez`).then(
        ({ ok }) => ok,
        () => false,
      ),
    withinMs: 20_000,
  })
  return {
    address,
    async stop() {
      await stopProcess(mark)
      server.close()
      server.closeAllConnections()
      rmSync(folder, { recursive: true })
    },
  }
}

/** The same for all tests of a file. */
export function frontOf(test: TestFn): () => string {
  let front: Awaited<ReturnType<typeof startFront>> | undefined
  test.serial.before('the client is built, and Nginx stands before it', async (t: ExecutionContext) => {
    t.timeout(60_000)
    front = await startFront()
  })
  test.serial.after.always('Nginx is stopped', async (t: ExecutionContext) => {
    await front?.stop()
    t.pass()
  })
  return () => {
    if (front === undefined) throw new Error('Nginx is started before the first test')
    return front.address
  }
}
