import { Agent, request as httpRequest } from 'node:http'
import { Agent as TlsAgent, request as httpsRequest } from 'node:https'
import type { IncomingMessage } from 'node:http'
import { backoffMs, pause, standardBackoff } from './patience.ts'

export interface Call {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  body?: unknown
  token?: string
  /** The client's own address on this machine. */
  from?: string | undefined
  headers?: Record<string, string>
}

export interface Reply {
  status: number
  headers: IncomingMessage['headers']
  bytes: Buffer
}

/** An answer that is a refusal. `code` is the stable one of the problem document. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string

  constructor(call: Call, status: number, problem: ProblemDocument) {
    super(`${call.method} ${call.path}: ${status} ${problem.code}${problem.detail ? ` (${problem.detail})` : ''}`)
    this.name = 'Refusal'
    this.status = status
    this.code = problem.code
  }
}

export interface ApiOptions {
  address: string
  /** How long a call is repeated while the service is not there. */
  patienceMs: number
  /** Told about every answer that says to go slower. */
  onLimited?: (call: Call, waitMs: number) => void
  /** Told about every answer, refusals too; what it throws ends the call. */
  onReply?: (call: Call, reply: Reply) => void
}

const callMs = 20_000

/**
 * The HTTP side of a client that is patient: what fails to connect, is cut off, or is answered 429 or 503 is repeated, after
 * `Retry-After` where it is given. So a call must be one that may arrive twice: PUT, GET, DELETE, or a POST with a key.
 */
export class Api {
  readonly address: URL
  readonly #options: ApiOptions
  readonly #agent: Agent | TlsAgent

  constructor(options: ApiOptions) {
    this.address = new URL(options.address)
    this.#options = options
    const isTls = this.address.protocol === 'https:'
    this.#agent = isTls ? new TlsAgent({ keepAlive: true }) : new Agent({ keepAlive: true })
  }

  /** The answer, if it is none of a refusal. Throws `Refusal`, or the last failure when patience ends. */
  async call(call: Call): Promise<Reply> {
    const deadline = performance.now() + this.#options.patienceMs
    for (let failures = 0; ; failures += 1) {
      const outcome = await this.#try(call)
      if (!(outcome instanceof Error)) this.#options.onReply?.(call, outcome)
      const waitMs = outcome instanceof Error ? undefined : retryAfterMs(outcome)
      if (!(outcome instanceof Error) && outcome.status < 400) return outcome
      const restMs = waitMs ?? backoffMs(standardBackoff, failures)
      if (!(outcome instanceof Error) && outcome.status === 429) this.#options.onLimited?.(call, restMs)
      if (!isWorthRepeating(outcome) || performance.now() + restMs > deadline) throw failureOf(call, outcome)
      await pause(restMs)
    }
  }

  async json(call: Call): Promise<unknown> {
    const { bytes } = await this.call(call)
    return bytes.length === 0 ? undefined : JSON.parse(bytes.toString('utf8'))
  }

  close(): void {
    this.#agent.destroy()
  }

  #try(call: Call): Promise<Reply | Error> {
    return new Promise((resolve) => {
      const body = call.body === undefined ? undefined : JSON.stringify(call.body)
      const request = (this.#agent instanceof TlsAgent ? httpsRequest : httpRequest)(
        new URL(call.path, this.address),
        {
          method: call.method,
          agent: this.#agent,
          family: call.from === undefined ? 0 : 4,
          ...(call.from === undefined ? {} : { localAddress: call.from }),
          timeout: callMs,
          headers: headersOf(call, body),
        },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('error', resolve)
          response.on('end', () => {
            if (!response.complete) return resolve(new Error('the answer broke off'))
            resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes: Buffer.concat(chunks) })
          })
        },
      )
      request.on('timeout', () => request.destroy(new Error(`no answer within ${callMs} ms`)))
      request.on('error', resolve)
      request.end(body)
    })
  }
}

function headersOf(call: Call, body: string | undefined): Record<string, string | number> {
  return {
    ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    ...(call.token === undefined ? {} : { authorization: `Bearer ${call.token}` }),
    ...call.headers,
  }
}

function isWorthRepeating(outcome: Reply | Error): boolean {
  return outcome instanceof Error || [429, 500, 502, 503, 504].includes(outcome.status)
}

export function retryAfterMs({ headers }: Pick<Reply, 'headers'>): number | undefined {
  const seconds = Number(headers['retry-after'] ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined
}

interface ProblemDocument {
  code: string
  detail?: string
}

function failureOf(call: Call, outcome: Reply | Error): Error {
  if (outcome instanceof Error) return new Error(`${call.method} ${call.path}: ${outcome.message}`, { cause: outcome })
  return new Refusal(call, outcome.status, readProblem(outcome.bytes))
}

function readProblem(bytes: Buffer): ProblemDocument {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    if (typeof value === 'object' && value !== null && 'code' in value && typeof value.code === 'string') {
      return {
        code: value.code,
        ...('detail' in value && typeof value.detail === 'string' ? { detail: value.detail } : {}),
      }
    }
  } catch {
    // An answer that is no problem document comes from something before the server.
  }
  return { code: 'no_problem_document' }
}
