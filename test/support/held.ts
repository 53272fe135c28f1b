import type { Reply } from '../../src/commands/replay/api.ts'
import type { OpenApiDocument } from '../../src/platform/http/openapi/document.ts'
import { Contract, isJson } from './contract.ts'

/** The servers whose answers are held to their documents in this process. */
const contracts = new Map<string, () => Contract>()

/** From now on an answer of this server that its document does not describe fails whichever test asked for it. */
export function holdToDocument(origins: readonly string[], read: () => OpenApiDocument): void {
  let contract: Contract | undefined
  const ready = (): Contract => (contract ??= new Contract(read()))
  for (const origin of origins) contracts.set(origin, ready)
}

const plainFetch = globalThis.fetch

/** Every test asks by fetch, most by helpers of their own: so it is fetch itself that looks at what comes back. */
globalThis.fetch = async (asked, init) => {
  const { origin, pathname, search } = new URL(asked instanceof Request ? asked.url : asked)
  const response = await plainFetch(asked, init)
  const contract = contracts.get(origin)
  if (contract === undefined || response.redirected) return response
  contract().check({
    method: (init?.method ?? (asked instanceof Request ? asked.method : 'GET')).toUpperCase(),
    target: `${pathname}${search}`,
    status: response.status,
    header: (name) => response.headers.get(name) ?? undefined,
    body: isJson(response.headers.get('content-type') ?? '') ? await response.clone().text() : undefined,
  })
  return response
}

/** For clients that do not use fetch. */
export function checkReply(origin: string, call: { method: string; path: string }, reply: Reply): void {
  contracts
    .get(origin)?.()
    .check({
      method: call.method,
      target: call.path,
      status: reply.status,
      header(name) {
        const value = reply.headers[name.toLowerCase()]
        return Array.isArray(value) ? value.join(', ') : value
      },
      body: reply.bytes.toString('utf8'),
    })
}
