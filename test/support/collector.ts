import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { listening } from './listening.ts'

/** A span as it came over the wire. */
export interface ReceivedSpan {
  service: string
  instance: string
  name: string
  /** As OTLP counts them: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  kind: number
  traceId: string
  spanId: string
  /** Empty for the first of a trace. */
  parentSpanId: string
  /** Ids of spans. */
  links: string[]
  facts: Record<string, unknown>
  hasFailed: boolean
}

/** A collector that takes traces by OTLP over HTTP in JSON, and keeps them. */
export interface Collector {
  endpoint: string
  spans: ReceivedSpan[]
  /** Everything that came, as it came. */
  bodies: string[]
  headers: IncomingMessage['headers'][]
  /** What it answers from now on. */
  answerWith(status: number): void
  /** From now on it takes what comes and says nothing, until it is let go. */
  hold(): () => void
  close(): void
}

export async function startCollector(): Promise<Collector> {
  let status = 200
  let letGo: Promise<void> = Promise.resolve()
  const collector = { spans: [] as ReceivedSpan[], bodies: [] as string[], headers: [] as IncomingMessage['headers'][] }
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => (text += chunk.toString()))
    request.on('end', () => {
      if (request.url !== '/v1/traces' || request.method !== 'POST') return void response.writeHead(404).end()
      collector.bodies.push(text)
      collector.headers.push(request.headers)
      if (status === 200) collector.spans.push(...spansIn(JSON.parse(text) as Payload))
      void letGo.then(() => response.writeHead(status, { 'content-type': 'application/json' }).end('{}'))
    })
  })
  const { origin, close } = await listening(server)
  return {
    ...{ ...collector, endpoint: origin, close },
    answerWith: (next) => void (status = next),
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>()
      letGo = promise
      return resolve
    },
  }
}

interface Attribute {
  key: string
  value: Record<string, unknown>
}

interface Payload {
  resourceSpans: {
    resource: { attributes: Attribute[] }
    scopeSpans: {
      spans: {
        name: string
        kind: number
        traceId: string
        spanId: string
        parentSpanId?: string
        attributes: Attribute[]
        links?: { spanId: string }[]
        status?: { code?: number }
      }[]
    }[]
  }[]
}

const errorStatus = 2

function spansIn({ resourceSpans }: Payload): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const { 'service.name': service, 'service.instance.id': instance } = factsIn(resource.attributes)
    return scopeSpans.flatMap(({ spans }) =>
      spans.map(({ name, kind, traceId, spanId, parentSpanId = '', attributes, links = [], status }) => ({
        ...{ service: String(service), instance: String(instance), name, kind, traceId, spanId, parentSpanId },
        links: links.map((link) => link.spanId),
        facts: factsIn(attributes),
        hasFailed: status?.code === errorStatus,
      })),
    )
  })
}

function factsIn(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
}
