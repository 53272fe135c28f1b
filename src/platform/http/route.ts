import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import type { z } from 'zod'
import type { Code } from '../errors.ts'
import type { Sql } from '../mysql.ts'
import type { SetCookie } from './cookies.ts'
import { QueryReader, readInput } from './input.ts'
import type { Limit } from './rate-limit.ts'
import type { Role, Viewer } from './viewer.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Who may come in: everybody, or who has at least this role. */
export type Access = 'public' | Role

/** An answer without a body. */
export const nothing = { type: 'nothing' } as const
/** An answer of bytes in one of these content types. */
export const bytes = (...contentTypes: string[]): BytesShape => ({ type: 'bytes', contentTypes })
export interface BytesShape {
  readonly type: 'bytes'
  readonly contentTypes: readonly string[]
}

/** An answer that the handler writes by itself, event by event (Server-Sent Events). */
export const eventStream = { type: 'event_stream' } as const

export type AnswerShape = z.ZodType | typeof nothing | typeof eventStream | BytesShape
export type Answers = Readonly<Record<number, AnswerShape>>

/** What any handler is given beside its input. */
export interface RequestFacts {
  requestId: string
  /** The client's address, as Nginx saw it. */
  ip: string
  /** Path and query, as sent. */
  target: string
  headers: IncomingHttpHeaders
  cookies: ReadonlyMap<string, string>
  /** Counts the request against a further limit. Errors: `rate_limited`, `unavailable`. */
  take(limit: Limit, key: string): Promise<void>
  /** The wire itself, for doors that read an upload or write a stream. */
  raw: { request: IncomingMessage; response: ServerResponse }
  once: Once
}

/** The `Idempotency-Key` of a request to a route that is idempotent; without a key all of this does nothing. */
export interface Once {
  /**
   * For bodies that the door does not read itself (uploads): says what the body was. Resolves with the first answer when
   * this was done before. Errors: `key_in_use`, `key_reused`. For JSON the door has called it already.
   */
  begin(fingerprint: string): Promise<Answer | undefined>
  /**
   * Writes the answer down under the key, in the transaction of what it tells: both are there or neither, whenever the
   * process dies. Every handler of an idempotent route must call it.
   */
  settle(trx: Sql, answer: Answer): Promise<void>
}

export interface Answer {
  status: number
  body?: unknown
  /** The body as bytes of JSON, where it is at hand so: what is large and always the same, or made of parts that are. */
  json?: Buffer
  headers?: Record<string, string>
  cookies?: SetCookie[]
  /** Of an event stream: called once the status and the headers are on their way; from then on the response is the handler's. */
  takeOver?: (response: ServerResponse) => void
}

/** A request whose sender was let in and whose input is still raw. */
export interface RawRequest extends RequestFacts {
  viewer: Viewer | undefined
  params: unknown
  /** As sent, without the question mark. */
  query: string
  body: unknown
}

/** One row of the route table: enough to serve it and to describe it in OpenAPI. */
export interface Route {
  readonly method: Method
  readonly path: string
  readonly summary: string
  readonly access: Access
  readonly params: z.ZodType | undefined
  readonly query: z.ZodType | undefined
  readonly body: z.ZodType | undefined
  readonly answers: Answers
  /** Counted per account, or per address when not signed in, beside the general limit. */
  readonly limit: Limit | undefined
  /** A probe: outside all limits, and logged at debug level only. */
  readonly isProbe: boolean
  /** Takes an `Idempotency-Key`: the handler calls `once.settle` in its transaction. */
  readonly isIdempotent: boolean
  /** Answers 200 with an `ETag`, and 304 to who has it already: single resources and first pages. */
  readonly hasEtag: boolean
  /** What the handler itself may refuse with, beside what the doors refuse; undefined when nobody has said. */
  readonly problems: readonly Code[] | undefined
  /** The body is `multipart/form-data` with one file in this field, read by the handler from `raw.request`. */
  readonly upload: UploadShape | undefined
  handle(request: RawRequest): Promise<Answer>
}

export interface UploadShape {
  field: string
  contentTypes: readonly string[]
}

type Input = z.ZodType | undefined
type Read<S extends Input> = S extends z.ZodType ? z.output<S> : undefined
type ViewerFor<A extends Access> = A extends 'public' ? Viewer | undefined : Viewer

type BodyFor<S> = S extends z.ZodType
  ? { body: z.input<S> } | { body?: undefined; json: Buffer }
  : S extends BytesShape
    ? { body: Readable }
    : S extends typeof eventStream
      ? { takeOver: (response: ServerResponse) => void }
      : { body?: undefined }
type AnswerFor<A extends Answers> = {
  [Status in keyof A & number]: Omit<Answer, 'status' | 'body' | 'json' | 'takeOver'> & { status: Status } & BodyFor<
      A[Status]
    >
}[keyof A & number]

export interface RouteRequest<V, P, Q, B> extends RequestFacts {
  viewer: V
  params: P
  query: Q
  body: B
}

interface Definition<A extends Access, P extends Input, Q extends Input, B extends Input, R extends Answers> {
  method: Method
  /** With named parts as in `/v1/rooms/:id`. */
  path: string
  summary: string
  access: A
  params?: P
  query?: Q
  body?: B
  answers: R
  limit?: Limit
  isProbe?: boolean
  isIdempotent?: boolean
  hasEtag?: boolean
  problems?: readonly Code[]
  upload?: UploadShape
  handle(request: RouteRequest<ViewerFor<A>, Read<P>, Read<Q>, Read<B>>): Promise<AnswerFor<NoInfer<R>>>
}

/**
 * Writes one row of the route table. Objects must be strict (`z.strictObject`): what a schema does not know is refused.
 * A query that a route does not declare is overlooked, a body that it does not declare is not read.
 */
export function route<
  A extends Access,
  R extends Answers,
  P extends Input = undefined,
  Q extends Input = undefined,
  B extends Input = undefined,
>(definition: Definition<A, P, Q, B, R>): Route {
  const query = definition.query === undefined ? undefined : new QueryReader(definition.query)
  return {
    method: definition.method,
    path: definition.path,
    summary: definition.summary,
    access: definition.access,
    params: definition.params,
    query: definition.query,
    body: definition.body,
    answers: definition.answers,
    limit: definition.limit,
    isProbe: definition.isProbe ?? false,
    isIdempotent: definition.isIdempotent ?? false,
    hasEtag: definition.hasEtag ?? false,
    problems: definition.problems,
    upload: definition.upload,
    handle: (request) =>
      definition.handle({
        ...request,
        // The door lets nobody in to a route that is not public without knowing who it is (see admit.ts).
        viewer: request.viewer as ViewerFor<A>,
        params: read<P>(definition.params, request.params),
        query: query?.read(request.query) as Read<Q>,
        body: read<B>(definition.body, request.body),
      }),
  }
}

function read<S extends Input>(schema: Input, value: unknown): Read<S> {
  return (schema === undefined ? undefined : readInput(schema, value)) as Read<S>
}
