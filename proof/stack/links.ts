import { madangNames } from '../faults/fault.ts'
import type { LinkName, MadangName } from '../faults/fault.ts'
import { Proxy, toLoopback } from '../faults/proxy.ts'

/** A proxy of its own between each process and each service, and one between people and Nginx. */
export interface Links {
  all: ReadonlyMap<LinkName, Proxy>
  /** The same address by way of this process's proxy. */
  through(name: MadangName, service: 'redis' | 'database', url: string): string
  close(): Promise<void>
}

export async function openLinks(ports: { redis: number; database: number; nginx: number }): Promise<Links> {
  const all = new Map<LinkName, Proxy>()
  all.set('clients → nginx', await Proxy.open({ connect: toLoopback(ports.nginx) }))
  for (const name of madangNames) {
    all.set(`${name} → redis`, await Proxy.open({ connect: toLoopback(ports.redis) }))
    all.set(`${name} → database`, await Proxy.open({ connect: toLoopback(ports.database) }))
  }
  return {
    all,
    through(name, service, url) {
      const link = new URL(url)
      link.port = String(all.get(`${name} → ${service}`)?.port)
      return link.href
    },
    close: async () => void (await Promise.all([...all.values()].map((proxy) => proxy.close()))),
  }
}
