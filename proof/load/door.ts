import { Agent, request as httpRequest } from 'node:http'
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import { Agent as TlsAgent, request as httpsRequest } from 'node:https'
import { z } from 'zod'
import { endingOfError, endingWithoutAnswer } from './outcome.ts'
import type { Ending } from './outcome.ts'

export interface Ask {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  path: string
  body?: unknown
  /** Instead of a body of JSON. */
  form?: { bytes: Buffer; type: string }
  headers?: Readonly<Record<string, string>>
  token?: string
  /** The caller's own address on this machine. */
  from?: string | undefined
}

/** `lost`: nobody knows what became of it. */
export type Reply =
  | { type: 'answered'; status: number; retryMs: number | undefined; body: unknown }
  | { type: 'lost'; reason: string }

const answerMs = 10_000

/** One address at which the system is reached. Nothing is repeated here: a call is made once. */
export class Door {
  /** Short, for the names of clients. */
  readonly name: string
  readonly address: URL
  readonly #agent: Agent
  readonly #request: (url: URL, options: RequestOptions, hear: (response: IncomingMessage) => void) => ClientRequest

  constructor(name: string, address: string) {
    this.name = name
    this.address = new URL(address)
    const isTls = this.address.protocol === 'https:'
    this.#agent = isTls ? new TlsAgent({ keepAlive: true }) : new Agent({ keepAlive: true })
    this.#request = isTls ? httpsRequest : httpRequest
  }

  /** Of the WebSocket. */
  get socketUrl(): URL {
    const url = new URL('/v1/socket', this.address)
    url.protocol = this.address.protocol === 'https:' ? 'wss:' : 'ws:'
    return url
  }

  ask(ask: Ask): Promise<Reply> {
    return new Promise((resolve) => {
      const lost = (error: Error): void => resolve({ type: 'lost', reason: reasonOf(error) })
      const bytes = ask.form?.bytes ?? (ask.body === undefined ? undefined : Buffer.from(JSON.stringify(ask.body)))
      const options = { method: ask.method, agent: this.#agent, headers: headersOf(ask, bytes), ...localEnd(ask.from) }
      const request = this.#request(new URL(ask.path, this.address), options, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', lost)
        response.on('end', () => {
          clearTimeout(late)
          if (response.complete) resolve(replyOf(response, Buffer.concat(chunks)))
          else lost(new Error('the answer broke off'))
        })
      })
      // From the first byte to the last, whatever trickles.
      const late = setTimeout(() => request.destroy(new Error(`no answer within ${answerMs} ms`)), answerMs)
      request.on('error', lost)
      request.on('close', () => {
        clearTimeout(late)
        lost(new Error('the connection was lost'))
      })
      request.end(bytes)
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}

const problem = z.object({ code: z.string() })

/** What the caller may conclude. */
export function endingOf(reply: Reply): Ending {
  if (reply.type === 'lost') return endingWithoutAnswer(reply.reason)
  if (reply.status < 400) return { outcome: 'ok' }
  const code = problem.safeParse(reply.body).data?.code ?? `http_${reply.status}`
  return endingOfError(reply.status, code, reply.retryMs)
}

/** On loopback each person has a network of their own, so that Nginx spreads them over the servers. */
export function localEnd(from: string | undefined): { localAddress?: string; family?: 4 } {
  return from === undefined ? {} : { localAddress: from, family: 4 }
}

function headersOf({ headers, token, form, body }: Ask, bytes: Buffer | undefined): Record<string, string | number> {
  return {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(bytes === undefined ? {} : { 'content-length': bytes.length }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(form === undefined ? {} : { 'content-type': form.type }),
    ...headers,
  }
}

function replyOf(response: IncomingMessage, bytes: Buffer): Reply {
  const seconds = Number(response.headers['retry-after'] ?? Number.NaN)
  const retryMs = Number.isFinite(seconds) ? seconds * 1000 : undefined
  return { type: 'answered', status: response.statusCode ?? 0, retryMs, body: jsonIn(bytes) }
}

/** Undefined where there is none: an answer of something before the servers. */
function jsonIn(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}

function reasonOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}
