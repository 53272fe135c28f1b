import { ROOT_CONTEXT, SpanKind as Kind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api'
import type { Context, Span as ApiSpan, SpanContext, Tracer as ApiTracer } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  TracerProvider,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace'
import type { SpanExporter } from '@opentelemetry/sdk-trace'
import type { Log } from '../log.ts'
import type { Facts, Span, SpanKind, SpanOptions, Tracer } from './span.ts'
import { contextOf, traceparentOf } from './traceparent.ts'

export interface TracingSettings {
  /** Of a collector that takes OTLP over HTTP in JSON, without `/v1/traces`. */
  endpoint: string
  /** Sent with every portion: a secret, as a rule. */
  headers: Readonly<Record<string, string>>
  /** What is told of the whole process. */
  resource: Facts
  /** Of all traces that begin here so many are kept, from 0 to 1. */
  share: number
  /** Spans that wait to be sent; what comes on top is dropped. */
  mostWaiting: number
  /** How long spans wait for others to travel with. */
  everyMs: number
  timeoutMs: number
  /** Whether the `traceparent` of a request counts. */
  believesRequests: boolean
}

const mostAtOnce = 512
/** A text that is longer tells no more. */
const longestFact = 256
/** Of a batch for very many. */
const mostLinks = 32

/** The only file that knows the packages of OpenTelemetry: it is imported when something is traced, and not before. */
export function openTelemetry(settings: TracingSettings, log: Log): { tracer: Tracer; close(): Promise<void> } {
  const provider = new TracerProvider({
    resource: defaultResource().merge(resourceFromAttributes({ ...settings.resource })),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(settings.share) }),
    spanLimits: { attributeValueLengthLimit: longestFact, linkCountLimit: mostLinks },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: reporting(exporterOf(settings), log),
        maxQueueSize: settings.mostWaiting,
        maxExportBatchSize: Math.min(mostAtOnce, settings.mostWaiting),
        scheduledDelayMillis: settings.everyMs,
        exportTimeoutMillis: settings.timeoutMs,
      }),
    ],
  })
  const tracer = provider.getTracer('madang')
  return {
    tracer: {
      start: (name, options) => startSpan(tracer, name, options),
      believed: (header) => (settings.believesRequests && typeof header === 'string' ? header : undefined),
    },
    close: () => provider.shutdown(),
  }
}

function exporterOf({ endpoint, headers, timeoutMs }: TracingSettings): SpanExporter {
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`
  return new OTLPTraceExporter({ url, headers: { ...headers }, timeoutMillis: timeoutMs, concurrencyLimit: 2 })
}

/** Says once that spans are lost, and once that they are not any more: a collector that is away is no trouble of ours. */
function reporting(exporter: SpanExporter, log: Log): SpanExporter {
  let isFailing = false
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const hasFailed = result.code !== 0
        if (hasFailed && !isFailing) log.warn({ err: result.error, spans: spans.length }, 'spans cannot be sent')
        if (!hasFailed && isFailing) log.info('spans are sent again')
        isFailing = hasFailed
        done(result)
      })
    },
    shutdown: () => exporter.shutdown(),
  }
}

const kinds: Record<SpanKind, Kind> = {
  server: Kind.SERVER,
  client: Kind.CLIENT,
  producer: Kind.PRODUCER,
  consumer: Kind.CONSUMER,
  internal: Kind.INTERNAL,
}

function startSpan(tracer: ApiTracer, name: string, options: SpanOptions = {}): Span {
  const { kind = 'internal', facts = {}, parent, links = [] } = options
  const span = tracer.startSpan(
    name,
    { kind: kinds[kind], attributes: facts, links: links.flatMap(linkTo) },
    contextUnder(parent),
  )
  return new OpenSpan(span)
}

function contextUnder(parent: Span | string | undefined): Context {
  if (parent instanceof OpenSpan) return trace.setSpan(ROOT_CONTEXT, parent.span)
  const remote = typeof parent === 'string' ? contextOf(parent) : undefined
  return remote === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, remote)
}

function linkTo(other: Span): { context: SpanContext }[] {
  return other instanceof OpenSpan ? [{ context: other.span.spanContext() }] : []
}

class OpenSpan implements Span {
  readonly span: ApiSpan

  constructor(span: ApiSpan) {
    this.span = span
  }

  get traceparent(): string {
    return traceparentOf(this.span.spanContext())
  }

  get traceId(): string | undefined {
    const { traceId, traceFlags } = this.span.spanContext()
    return (traceFlags & TraceFlags.SAMPLED) === 0 ? undefined : traceId
  }

  rename(name: string): void {
    this.span.updateName(name)
  }

  tell(facts: Facts): void {
    this.span.setAttributes(facts)
  }

  fail(why: string): void {
    this.span.setStatus({ code: SpanStatusCode.ERROR })
    this.span.setAttribute('error.type', why)
  }

  end(): void {
    this.span.end()
  }
}
