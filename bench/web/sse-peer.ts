import { localLayout } from '../../tools/local/layout.ts'
import { Supervisor } from '../../tools/supervisor.ts'
import type { Pids } from '../processor-time.ts'
import { fileOf, startFront } from '../site/front.ts'
import type { Site } from '../site/site.ts'
import { underWay } from '../under-way.ts'
import { startChild } from './child.ts'

/** better-sse behind an Nginx of Madang's configuration; or by itself. */
export interface SsePeer {
  /** Of Nginx, or of the program itself. */
  port: number
  pids(): Pids
  broadcast(type: string, event: unknown): void
  stop(): Promise<void>
}

export interface SsePeerOptions {
  site: Site
  /** How it is reached: past Nginx, by Nginx over TCP as its documentation shows, or by Nginx over a unix socket, as Madang is. */
  by: 'itself' | 'port' | 'file'
  log(line: string): void
}

export async function startSsePeer({ site, by, log }: SsePeerOptions): Promise<SsePeer> {
  const layout = localLayout(site.layout.inside(`better-sse-by-${by}`))
  const file = by === 'file' ? fileOf(layout, 'server') : undefined
  const child = await startChild('peers/better-sse.ts', file === undefined ? {} : { LISTEN_FILE: file })
  const supervisor = new Supervisor({ say: log, onChange: () => undefined })
  const stop = underWay(async () => {
    await supervisor.stop()
    await child.stop()
  })
  const server = file === undefined ? `127.0.0.1:${child.port}` : `unix:${file}`
  try {
    const front = by === 'itself' ? undefined : await startFront({ site, layout, supervisor, servers: [server] })
    return {
      port: front === undefined ? child.port : Number(new URL(front).port),
      pids: () => ({ server: child.pid, ...supervisor.pids }),
      broadcast: (type, event) => void child.process.send({ type, event }),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
