/** Names and numbers of ours. Never what somebody wrote, and no secret: they leave the site. */
export type Facts = Readonly<Record<string, string | number | boolean>>

/** Who asked whom: another process (`server`, `consumer`) or we (`client`, `producer`), or nobody else is concerned. */
export type SpanKind = 'server' | 'client' | 'producer' | 'consumer' | 'internal'

/** A step that takes time, as a part of what else happens because of the same request. */
export interface Span {
  /** By which another process goes on with it: the header of W3C Trace Context. */
  readonly traceparent: string
  /** Undefined when this one is not among those that are kept. */
  readonly traceId: string | undefined
  rename(name: string): void
  tell(facts: Facts): void
  /** `why` is a code or the name of an error: its message may hold what somebody wrote. */
  fail(why: string): void
  end(): void
}

export interface SpanOptions {
  kind?: SpanKind
  facts?: Facts
  /** What it is a part of: a step of this process, or the `traceparent` of another one's. Without it a trace begins. */
  parent?: Span | string | undefined
  /** What else it is done for. */
  links?: readonly Span[]
}

/** Makes spans. There is one, or none where nothing is traced. */
export interface Tracer {
  start(name: string, options?: SpanOptions): Span
  /** The `traceparent` that a request came with; undefined where strangers are not believed. */
  believed(header: string | string[] | undefined): string | undefined
}
