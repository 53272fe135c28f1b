import path from 'node:path'
import { startNginx } from '../nginx.ts'
import { projectFolder } from '../paths.ts'
import { startProcess } from '../processes.ts'
import type { Service } from '../supervisor.ts'
import { childFiles } from './backing.ts'
import type { Layout } from './layout.ts'

/** The processes of Madang itself and the Nginx before them, as children of the local stack. */
export interface NodeService {
  layout: Layout
  name: string
  script: string
  /** Where it answers /readyz. */
  port: number
  env: Record<string, string | undefined>
}

export function nodeService(options: NodeService): Service {
  const files = childFiles(options.layout, options.name)
  return {
    ...files,
    start: () =>
      startProcess({
        ...files,
        command: process.execPath,
        args: [path.join(projectFolder, options.script)],
        cwd: projectFolder,
        env: options.env,
      }),
    isReady: () => answers(`http://127.0.0.1:${options.port}/readyz`),
    stopWithinMs: 30_000,
  }
}

export function nginxService(options: {
  layout: Layout
  program: string
  port: number
  hosts: readonly string[]
  servers: readonly string[]
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
