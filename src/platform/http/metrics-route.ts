import type { IncomingMessage } from 'node:http'
import { BlockList, isIPv6 } from 'node:net'
import { Readable } from 'node:stream'
import { Problem } from '../errors.ts'
import type { Metrics } from '../metrics.ts'
import { bytes, route } from './route.ts'
import type { Route } from './route.ts'

/** `from` is METRICS_FROM: networks separated by commas, or `none`. Whoever may not read it hears that there is nothing. */
export function metricsRoute(metrics: Metrics, from: string): Route {
  const networks = networksOf(from)
  return route({
    method: 'GET',
    path: '/metrics',
    summary: 'What this process counts and measures, for Prometheus',
    access: 'public',
    problems: ['not_found'],
    isProbe: true,
    answers: { 200: bytes('text/plain') },
    async handle({ raw }) {
      if (!mayRead(networks, raw.request)) throw new Problem('not_found')
      const text = Buffer.from(await metrics.text())
      return {
        status: 200,
        body: Readable.from([text]),
        headers: { 'content-type': metrics.contentType, 'content-length': String(text.length) },
      }
    },
  })
}

/** What a proxy says of whom it speaks for. Prometheus comes by itself. */
const marksOfProxies = ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip'] as const

/** Over a unix socket, which is a proxy's way in, nobody has an address. */
function mayRead(networks: BlockList, { socket, headers }: IncomingMessage): boolean {
  const address = socket.remoteAddress
  if (address === undefined || marksOfProxies.some((name) => headers[name] !== undefined)) return false
  return networks.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

function networksOf(from: string): BlockList {
  const networks = new BlockList()
  for (const network of from === 'none' ? [] : from.split(',')) {
    const [address = '', bits = ''] = network.split('/')
    networks.addSubnet(address, Number(bits), isIPv6(address) ? 'ipv6' : 'ipv4')
  }
  return networks
}
