import type { ClientRequest, IncomingMessage } from 'node:http'
import type { ProxyOptions } from 'vite'

/** Paths that a running Madang answers, while Vite serves the client itself. */
const paths = ['/v1', '/media', '/docs', '/openapi', '/asyncapi.json', '/.well-known', '/admin/queues']

/**
 * The proxy of the development server to the stack at `address`. Pages come from the development server's own origin, and the stack knows
 * only its own: what our page says is put into its words, and what any other site says is left for the stack to refuse.
 */
export function stackProxy(address: string): Record<string, ProxyOptions> {
  const options: ProxyOptions = {
    target: address,
    changeOrigin: true,
    ws: true,
    configure(proxy) {
      const speakItsWords = (outgoing: ClientRequest, { headers }: IncomingMessage): void => {
        if (headers.origin === `http://${headers.host}`) outgoing.setHeader('origin', address)
      }
      proxy.on('proxyReq', speakItsWords)
      proxy.on('proxyReqWs', speakItsWords)
    },
  }
  return Object.fromEntries(paths.map((path) => [path, options]))
}
