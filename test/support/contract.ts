import { Ajv2020 } from 'ajv/dist/2020.js'
import type { ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { codes } from '../../src/platform/errors.ts'
import type { OpenApiDocument } from '../../src/platform/http/openapi/document.ts'

/** What came back for what was asked, whatever client asked. */
export interface Exchange {
  method: string
  /** Path, with or without a query. */
  target: string
  status: number
  header(name: string): string | undefined
  /** Undefined when the client has not read it whole, as with streams. */
  body: string | undefined
}

/** An answer that the document does not describe: whoever is right, the other has to change. */
export class BrokenContract extends Error {
  constructor({ method, target, status }: Exchange, what: string) {
    super(`${method} ${target} → ${status}: ${what}`)
    this.name = 'BrokenContract'
  }
}

interface Place {
  pattern: RegExp
  path: string
}

/** Holds answers to an OpenAPI document. */
export class Contract {
  readonly #document: OpenApiDocument
  readonly #ajv: Ajv2020
  readonly #places: Place[]
  readonly #validators = new Map<string, ValidateFunction>()

  constructor(document: OpenApiDocument) {
    this.#document = document
    this.#ajv = new Ajv2020({ strict: false, allErrors: true })
    formats.default(this.#ajv)
    this.#ajv.addSchema(document, 'openapi.json')
    this.#places = Object.keys(document.paths)
      .toSorted((one, other) => namedParts(one) - namedParts(other))
      .map((path) => ({ path, pattern: patternOf(path) }))
  }

  /** Throws `BrokenContract`. */
  check(exchange: Exchange): void {
    if (exchange.method === 'OPTIONS') return
    // Files, which Nginx serves by itself.
    if (exchange.target.startsWith('/media/') && exchange.status === 200) return
    // A page of the queues that others have made.
    if (/^\/admin\/queues(\/|$)/.test(exchange.target) && !isProblem(exchange)) return
    // Declared, since it can happen; but it never should.
    if (exchange.status === 500) throw new BrokenContract(exchange, exchange.body ?? 'an internal error')
    if (isProblem(exchange)) this.#checkProblem(exchange)
    const operation = this.#operationOf(exchange)
    if (operation === undefined) return requireStray(exchange)
    const status = String(exchange.status) in operation.responses ? String(exchange.status) : 'default'
    const response = operation.responses[status]
    if (response === undefined) throw new BrokenContract(exchange, 'this status is not declared')
    this.#checkHeaders(exchange, response.headers ?? {})
    this.#checkContent(exchange, response.content ?? {}, [...operation.place, 'responses', status])
  }

  #operationOf({ method, target }: Exchange) {
    const asked = new URL(target, 'http://here').pathname
    const name = method === 'HEAD' ? 'get' : method.toLowerCase()
    for (const { path, pattern } of this.#places) {
      const operation = pattern.test(asked) ? this.#document.paths[path]?.[name] : undefined
      if (operation !== undefined) return { ...operation, place: ['paths', path, name] }
    }
    return undefined
  }

  #checkHeaders(exchange: Exchange, declared: Record<string, { $ref: string }>): void {
    for (const [name, { $ref }] of Object.entries(declared)) {
      const header = this.#document.components.headers[$ref.split('/').at(-1) ?? '']
      if (header === undefined) throw new BrokenContract(exchange, `${$ref} leads nowhere`)
      const value = exchange.header(name)
      if (value === undefined && header.required === true) throw new BrokenContract(exchange, `${name} is missing`)
      if (value === undefined) continue
      const read = header.schema.type === 'integer' ? Number(value) : value
      this.#validate(exchange, read, { name: `header ${name}`, schema: { $ref: `openapi.json${$ref}/schema` } })
    }
  }

  #checkContent(exchange: Exchange, content: Record<string, { schema?: unknown }>, place: string[]): void {
    const type = exchange.header('content-type')?.split(';')[0]
    if (Object.keys(content).length === 0) {
      if (type !== undefined && exchange.status !== 304) throw new BrokenContract(exchange, 'no body is declared')
      return
    }
    if (type === undefined || !(type in content)) throw new BrokenContract(exchange, `${type} is not declared`)
    if (exchange.method === 'HEAD' || exchange.body === undefined || !isJson(type)) return
    const pointer = [...place, 'content', type, 'schema'].map(escaped).join('/')
    this.#validate(exchange, JSON.parse(exchange.body), {
      name: pointer,
      schema: { $ref: `openapi.json#/${pointer}` },
    })
  }

  #checkProblem(exchange: Exchange): void {
    if (exchange.body === undefined || exchange.method === 'HEAD') return
    const problem: unknown = JSON.parse(exchange.body)
    this.#validate(exchange, problem, {
      name: 'Problem',
      schema: { $ref: 'openapi.json#/components/schemas/Problem' },
    })
    const { code, status, type } = problem as { code: keyof typeof codes; status: number; type: string }
    if (codes[code].status !== exchange.status || status !== exchange.status) {
      throw new BrokenContract(exchange, `${code} has another status`)
    }
    if (type !== `urn:madang:problem:${code}`) throw new BrokenContract(exchange, `${code} has the type ${type}`)
  }

  #validate(exchange: Exchange, value: unknown, { name, schema }: { name: string; schema: object }): void {
    const validate = this.#validators.get(name) ?? this.#ajv.compile(schema)
    this.#validators.set(name, validate)
    if (!validate(value)) throw new BrokenContract(exchange, `${name}: ${this.#ajv.errorsText(validate.errors)}`)
  }
}

export const isJson = (type: string): boolean => /[/+]json(;|$)/.test(type)

function isProblem(exchange: Exchange): boolean {
  return exchange.header('content-type') === 'application/problem+json'
}

/** What nobody serves is a problem that says so. */
function requireStray(exchange: Exchange): void {
  if (isProblem(exchange)) return
  throw new BrokenContract(exchange, 'the document does not know this path')
}

const namedParts = (path: string): number => path.split('{').length

function patternOf(path: string): RegExp {
  const parts = path.split(/\{\w+\}/).map((part) => part.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('[^/]+')}$`)
}

const escaped = (part: string): string => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))
