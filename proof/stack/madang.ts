import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { madangNames, serverNames } from '../faults/fault.ts'
import type { MadangName } from '../faults/fault.ts'
import type { Layout } from '../../tools/local/layout.ts'
import { nginxService, serverService, upstreamOf, workerService } from '../../tools/local/madang.ts'
import type { Secrets } from '../../tools/local/secrets.ts'
import type { ChildEnv } from '../../tools/local/settings.ts'
import { freePort } from '../../tools/ports.ts'
import type { Service } from '../../tools/supervisor.ts'
import type { Backing } from './backing.ts'
import type { Links } from './links.ts'
import { processEnv } from './settings.ts'

/** Two servers and two workers, each on links of its own, and the Nginx in front. */
export interface Madang {
  services: readonly Service[]
  nginx: Service
  /** Of the proxy in front of Nginx, where everybody comes in. */
  address: string
  servers: readonly string[]
  /** Environment of a command beside the processes: straight to the services, with all rights. */
  env: ChildEnv
  setClock(part: MadangName, offsetMs: number): void
}

export async function planMadang(options: {
  layout: Layout
  secrets: Secrets
  backing: Backing
  links: Links
  nginx: { program: string; port: number }
}): Promise<Madang> {
  const { layout, secrets, backing, links, nginx } = options
  const ports = new Map<MadangName, number>()
  for (const name of madangNames) ports.set(name, await freePort())
  const hosts = serverNames.map((name) => `127.0.0.1:${ports.get(name)}`)
  const servers = hosts.map((host) => `http://${host}`)
  const address = `http://127.0.0.1:${links.all.get('clients → nginx')?.port}`
  const shared = { layout, secrets, origins: [address, `http://127.0.0.1:${nginx.port}`, ...servers] }
  const clockFile = clockFiles(layout)
  const services = madangNames.map((name) => {
    const databaseUrl = links.through(name, 'database', backing.ownDatabaseUrl)
    const redisUrl = links.through(name, 'redis', backing.redisUrl)
    const env = processEnv({ ...shared, databaseUrl, redisUrl, clockFile: clockFile(name) })
    const part = { layout, name, port: ports.get(name) ?? 0, env }
    return isServer(name) ? serverService(part) : workerService(part)
  })
  const { databaseUrl, redisUrl } = backing
  return {
    ...{ services, address, servers },
    nginx: frontService(
      layout,
      nginx,
      serverNames.map((name) => upstreamOf({ layout, name, port: ports.get(name) ?? 0 })),
    ),
    env: processEnv({ ...shared, databaseUrl, redisUrl, clockFile: clockFile('commands') }),
    setClock: (part, offsetMs) => writeFileSync(clockFile(part), String(offsetMs)),
  }
}

const isServer = (name: MadangName): boolean => serverNames.some((server) => server === name)

function clockFiles(layout: Layout): (name: string) => string {
  const folder = layout.inside('clocks')
  mkdirSync(folder, { recursive: true })
  return (name) => path.join(folder, name)
}

function frontService(layout: Layout, nginx: { program: string; port: number }, servers: readonly string[]): Service {
  return nginxService({
    ...{ ...nginx, layout, servers, hosts: ['127.0.0.1'], trustedProxies: [] },
    mediaFolder: layout.inside('media'),
    // Everybody comes from one address.
    limits: {
      requestsPerSecond: 100_000,
      requestsBurst: 100_000,
      connectionsPerAddress: 10_000,
      uploadsPerAddress: 10_000,
      uploadsAtOnce: 10_000,
    },
  })
}
