import path from 'node:path'
import { startNginx } from '../nginx.ts'
import type { NginxLimits } from '../nginx.ts'
import { projectFolder } from '../paths.ts'
import { startProcess } from '../processes.ts'
import type { Started } from '../processes.ts'
import type { Service } from '../supervisor.ts'
import { childFiles } from './backing.ts'
import type { Layout } from './layout.ts'
import type { ChildEnv } from './settings.ts'

export const processNames = { servers: ['server-1', 'server-2'], worker: 'worker-1' } as const

/** Of the image, too (Dockerfile). */
export const serverFlags = ['--max-semi-space-size=16'] as const

/** One process of Madang as a child of the local stack. */
export interface NodeService {
  layout: Layout
  name: string
  /** Where it answers /readyz. */
  port: number
  env: ChildEnv
}

/** Reached over a port by all on this machine, and over a unix socket by Nginx. */
export function serverService(options: NodeService): Service {
  const { layout, name, port } = options
  return nodeService(options, [...serverFlags, path.join(projectFolder, 'src/server.ts')], {
    PORT: String(port),
    LISTEN_FILE: layout.socket(name),
  })
}

/** Where Nginx reaches a server. */
export function upstreamOf({ layout, name, port }: Pick<NodeService, 'layout' | 'name' | 'port'>): string {
  const file = layout.socket(name)
  return file === undefined ? `127.0.0.1:${port}` : `unix:${file}`
}

export function workerService(options: NodeService): Service {
  return nodeService(options, [path.join(projectFolder, 'workers/main.ts')], {
    WORKER_PORT: String(options.port),
  })
}

function nodeService({ layout, name, port, env }: NodeService, args: readonly string[], own: ChildEnv): Service {
  const files = childFiles(layout, name)
  const start = (): Promise<Started> =>
    startProcess({
      ...files,
      command: process.execPath,
      args,
      cwd: projectFolder,
      env: { ...env, HOST: '127.0.0.1', SERVER_NAME: name, ...own },
    })
  return { ...files, start, isReady: () => answers(`http://127.0.0.1:${port}/readyz`), stopWithinMs: 30_000 }
}

export function nginxService(options: {
  layout: Layout
  program: string
  port: number
  hosts: readonly string[]
  servers: readonly string[]
  trustedProxies: readonly string[]
  balance?: string
  mediaFolder: string
  mediaBaseUrl?: string
  limits: Partial<NginxLimits>
}): Service {
  const files = childFiles(options.layout, 'nginx')
  const instance = {
    ...options,
    ...files,
    folder: options.layout.inside('nginx'),
    accessLog: options.layout.log('access'),
    errorLog: files.log,
  }
  return {
    ...files,
    start: () => startNginx(instance),
    isReady: () => answers(`http://127.0.0.1:${options.port}/livez`),
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1000) })
    await response.arrayBuffer()
    return response.ok
  } catch {
    return false
  }
}
