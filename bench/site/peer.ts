import path from 'node:path'
import { createConnection } from 'mysql2/promise'
import { childFiles } from '../../tools/local/backing.ts'
import { freePort } from '../../tools/ports.ts'
import { projectFolder } from '../../tools/paths.ts'
import { startProcess } from '../../tools/processes.ts'
import { Supervisor } from '../../tools/supervisor.ts'
import type { Service } from '../../tools/supervisor.ts'
import { localLayout } from '../../tools/local/layout.ts'
import type { Layout } from '../../tools/local/layout.ts'
import type { Pids } from '../processor-time.ts'
import { underWay } from '../under-way.ts'
import { fileOf, startFront } from './front.ts'
import { ownEnv } from './site.ts'
import type { Site } from './site.ts'

/** A peer on as many servers as Madang has, behind an Nginx of the same configuration, on the Redis and the database of the site. */
export interface PeerSite {
  address: string
  servers: readonly string[]
  pids(): Pids
  stop(): Promise<void>
}

export interface PeerOptions {
  site: Site
  /** File in bench/peers. */
  program: string
  servers: number
  /** Whether Nginx reaches them over unix sockets, as it does Madang, and not over TCP, as their documentation shows. */
  isByFile?: boolean
  env?: Readonly<Record<string, string>>
  log(line: string): void
}

const schema = 'bench_peers'

export async function startPeer({
  site,
  program,
  servers,
  isByFile = false,
  env = {},
  log,
}: PeerOptions): Promise<PeerSite> {
  const name = `${path.basename(program, '.ts')}${isByFile ? '-by-file' : ''}`
  const layout = localLayout(site.layout.inside(name))
  const databaseUrl = await emptySchema(site.databaseUrl)
  const supervisor = new Supervisor({ say: log, onChange: () => undefined })
  const stop = underWay(() => supervisor.stop())
  try {
    const ports = await Promise.all(Array.from({ length: servers }, freePort))
    const addressesOfServices = { DATABASE_URL: databaseUrl, REDIS_URL: site.redisUrl }
    const all = { ...ownEnv(), NODE_ENV: 'production', ADAPTER_KEY: name, ...env, ...addressesOfServices }
    const files = ports.map((_, index) => (isByFile ? fileOf(layout, `server-${index + 1}`) : undefined))
    await supervisor.start(
      ...ports.map((port, index) =>
        peerService({ layout, program, port, index, env: { ...all, LISTEN_FILE: files[index] } }),
      ),
    )
    const addresses = ports.map((each) => `127.0.0.1:${each}`)
    const upstreams = addresses.map((address, index) => (files[index] === undefined ? address : `unix:${files[index]}`))
    return {
      address: await startFront({ site, layout, supervisor, servers: upstreams }),
      servers: addresses.map((address) => `http://${address}`),
      pids: () => supervisor.pids,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

function peerService(options: {
  layout: Layout
  program: string
  port: number
  index: number
  env: NodeJS.ProcessEnv
}): Service {
  const { layout, program, port, index, env } = options
  const files = childFiles(layout, `server-${index + 1}`)
  return {
    ...files,
    start: () =>
      startProcess({
        ...files,
        command: process.execPath,
        args: [path.join(projectFolder, 'bench', 'peers', program)],
        env: { ...env, PORT: String(port) },
      }),
    isReady: () => answers(port),
  }
}

/** Rows of an earlier run would only make the table larger. */
async function emptySchema(url: string): Promise<string> {
  const connection = await createConnection({ uri: url })
  try {
    await connection.query(`CREATE DATABASE IF NOT EXISTS ${schema} CHARACTER SET utf8mb4`)
    await connection.query(
      `CREATE TABLE IF NOT EXISTS ${schema}.messages (
         id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
         room VARCHAR(64) NOT NULL,
         sender VARCHAR(64) NOT NULL,
         body VARCHAR(4096) NOT NULL,
         at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
         KEY messages_room (room, id)
       ) ENGINE=InnoDB`,
    )
    await connection.query(`TRUNCATE ${schema}.messages`)
  } finally {
    await connection.end()
  }
  const own = new URL(url)
  own.pathname = `/${schema}`
  return own.href
}

async function answers(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(1000) })
    return (await response.text()) === 'ok'
  } catch {
    return false
  }
}
