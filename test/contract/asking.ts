import type { OpenApiDocument } from '../../src/platform/http/openapi/document.ts'
import type { JsonSchema } from '../../src/platform/json-schemas.ts'
import type { Asker, Player } from '../security/cast.ts'
import { matrix } from '../security/matrix.ts'
import { fill } from '../security/routes.ts'
import type { Site } from '../security/site.ts'
import type { Parts } from '../security/things.ts'
import { isJson } from '../support/contract.ts'
import { bodyBindings, partBindings } from './bindings.ts'
import { isSuccess, operationsOf } from './operations.ts'
import type { Described } from './operations.ts'
import { valueFor } from './values.ts'
import type { Resolve } from './values.ts'

/** A request as it is about to be made. */
export interface Question {
  parts: Parts
  query?: Record<string, string>
  /** JSON, or a form. */
  body?: unknown
  headers?: Record<string, string>
}

export interface Reply {
  status: number
  headers: Headers
  /** Undefined where it is no JSON. */
  body: unknown
}

export interface Answered {
  operation: Described
  question: Question
  reply: Reply
}

/** Asks what a document offers, through Nginx. Every answer is held to the document by `fetch` itself (held.ts). */
export class Caller {
  readonly site: Site
  readonly operations: readonly Described[]
  readonly resolve: Resolve
  /** Answers that the document does not describe. */
  readonly faults: string[] = []
  readonly #seen = new Map<string, Set<number>>()
  readonly #onAnswer: (answered: Answered) => void

  private constructor(site: Site, document: OpenApiDocument, onAnswer: (answered: Answered) => void) {
    this.site = site
    this.operations = operationsOf(document)
    this.resolve = (reference) => atPointer(document, reference)
    this.#onAnswer = onAnswer
  }

  static async of(site: Site, onAnswer: (answered: Answered) => void = () => undefined): Promise<Caller> {
    const document: unknown = await (await fetch(`${site.stack.address}/openapi.json`)).json()
    return new Caller(site, document as OpenApiDocument, onAnswer)
  }

  seen(operation: Described): ReadonlySet<number> {
    return this.#seen.get(operation.id) ?? new Set()
  }

  /** Undefined where the answer was not as described; the fault is written down. */
  async ask(operation: Described, player: Player | undefined, question: Question): Promise<Reply | undefined> {
    const { parts, query = {}, body, headers = {} } = question
    const search = new URLSearchParams(query).toString()
    const hasJson = body !== undefined && !(body instanceof FormData)
    try {
      const answer = await fetch(`${this.#originOf(operation)}${fillIn(operation, parts)}${search && `?${search}`}`, {
        method: operation.method,
        headers: {
          ...(player === undefined ? {} : { authorization: `Bearer ${player.token}` }),
          ...(hasJson ? { 'content-type': 'application/json' } : {}),
          ...headers,
        },
        ...(body instanceof FormData ? { body } : hasJson ? { body: JSON.stringify(body) } : {}),
      })
      const reply = { status: answer.status, headers: answer.headers, body: await bodyOf(answer) }
      this.#seen.set(operation.id, new Set([...this.seen(operation), reply.status]))
      this.#onAnswer({ operation, question, reply })
      return reply
    } catch (error) {
      this.faults.push(error instanceof Error ? error.message : String(error))
      return undefined
    }
  }

  /** Somebody of this role; somebody new, where afterwards they are signed out. */
  async player({ line }: Described, asker: Asker): Promise<Player | undefined> {
    const known = this.site.cast.player(asker)
    return known !== undefined && matrix[line]?.endsSession === true ? this.site.cast.standIn(asker) : known
  }

  /** What the path leads to: something of this person's, made for this question. */
  async parts({ line }: Described, player: Player): Promise<Parts> {
    const bind = partBindings[line]
    const route = this.site.routes.find((one) => one.line === line)
    if (route === undefined) throw new Error(`${line} is not served`)
    return bind === undefined ? this.site.ownParts(route, player) : bind(this.site, player)
  }

  value(name: string, schema: JsonSchema): unknown {
    return valueFor(name, schema, this.resolve)
  }

  /** With no more in its body than is needed. */
  async smallest({ line }: Described, parts: Parts): Promise<Question> {
    const body = await matrix[line]?.body?.(parts)
    return { parts, ...(body === undefined ? {} : { body }) }
  }

  /** With everything in its body that the document describes. */
  async fullest(operation: Described, player: Player, parts: Parts): Promise<Question> {
    const smallest = await this.smallest(operation, parts)
    if (operation.body === undefined || smallest.body instanceof FormData) return smallest
    const known = { ...(smallest.body as object), ...(await bodyBindings[operation.line]?.(this.site, player, parts)) }
    const properties = Object.entries((operation.body['properties'] ?? {}) as Record<string, JsonSchema>)
    const made = properties.map(([name, schema]) => [
      name,
      name in known ? known[name as keyof typeof known] : this.value(name, schema),
    ])
    return { parts, body: Object.fromEntries(made) }
  }

  /** Probes are not for everybody: those that Nginx does not hand on are asked at a server. */
  #originOf({ path }: Described): string {
    return ['/readyz', '/metrics'].includes(path) ? this.site.stack.serverAddress('server-1') : this.site.stack.address
  }
}

/** The declared successes of an operation that were never answered. */
export function unseenSuccesses(caller: Caller, operation: Described): number[] {
  const seen = caller.seen(operation)
  return operation.statuses.filter((status) => isSuccess(status) && !seen.has(status))
}

function fillIn({ path }: Described, parts: Parts): string {
  const encoded = Object.entries(parts).map(([name, value]) => [name, encodeURIComponent(value)])
  return fill(path.replaceAll(/\{(\w+)\}/g, ':$1'), Object.fromEntries(encoded))
}

async function bodyOf(answer: Response): Promise<unknown> {
  if (isJson(answer.headers.get('content-type') ?? '')) return answer.json()
  await answer.body?.cancel()
  return undefined
}

function atPointer(document: unknown, reference: string): JsonSchema {
  const names = reference.replace(/^#\//, '').split('/')
  return names.reduce<unknown>((part, name) => (part as Record<string, unknown>)[name], document) as JsonSchema
}
