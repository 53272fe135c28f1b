import { nginxService } from '../../tools/local/madang.ts'
import type { Layout } from '../../tools/local/layout.ts'
import { Problem } from '../../tools/problem.ts'
import { freePort } from '../../tools/ports.ts'
import type { Supervisor } from '../../tools/supervisor.ts'
import type { Site } from './site.ts'

/** Starts an Nginx of Madang's configuration before a peer, as a part of `supervisor`. Answers with its address. `servers` are `host:port`, or `unix:` and a file. */
export async function startFront(options: {
  site: Site
  layout: Layout
  supervisor: Supervisor
  servers: readonly string[]
}): Promise<string> {
  const { site, layout, supervisor, servers } = options
  const port = await freePort()
  await supervisor.start(
    nginxService({
      ...{ layout, program: site.programs.nginx, port, hosts: ['127.0.0.1'], servers },
      ...{ trustedProxies: [], mediaFolder: layout.inside('media'), limits: {} },
    }),
  )
  return `http://127.0.0.1:${port}`
}

/** Where a server of a peer listens. Error: the folder lies too deep for a unix socket, and by a port it would be another contestant. */
export function fileOf(layout: Layout, name: string): string {
  const file = layout.socket(name)
  if (file === undefined)
    throw new Problem(`${layout.inside(name)} is too long for a unix socket: put Madang nearer to the root`)
  return file
}
