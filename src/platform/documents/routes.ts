import { z } from 'zod'
import type { Channel } from '../asyncapi/channel.ts'
import { describeChannels } from '../asyncapi/document.ts'
import { Problem } from '../errors.ts'
import { etagOf } from '../http/etag.ts'
import { describeDomains } from '../http/openapi/document.ts'
import { route } from '../http/route.ts'
import type { Route } from '../http/route.ts'
import type { ApiDomain } from './domain.ts'
import type { Examples } from './examples.ts'
import { pageRoutes } from './pages.ts'

export interface DocumentsOptions {
  channels: readonly Channel[]
  /** By which browsers reach the servers. */
  origin: string
  /** The name of the cookie with the access token. */
  accessCookie: string
  /** What is shown beside the schemas. Asked for once, when somebody first wants a document. */
  readExamples: () => Examples
}

const about =
  'These documents: OpenAPI of all routes and of each part, AsyncAPI of the socket and the stream, and pages of both.'

/** These parts of the API, and one more: the documents that describe them all, and the pages that show them. */
export function withDocuments(domains: readonly ApiDomain[], options: DocumentsOptions): ApiDomain[] {
  const readExamples = once(options.readExamples)
  const rest = (some: () => readonly ApiDomain[]) =>
    once(() => written(describeDomains(some(), { ...options, examples: readExamples() })))
  const readChannels = once(() => describeChannels(options.channels, { ...options, examples: readExamples() }))
  const names = [...domains.map(({ name }) => name), 'documents']
  const all: ApiDomain[] = [
    ...domains,
    {
      name: 'documents',
      description: about,
      routes: [
        wholeRoute(rest(() => all)),
        partRoute(new Map(names.map((name) => [`${name}.json`, rest(() => all.filter((one) => one.name === name))]))),
        channelsRoute(once(() => written(readChannels()))),
        ...pageRoutes({ domains: names, readChannels }),
      ],
    },
  ]
  return all
}

/** Made once: whoever asks for a document of this size again and again must not keep the server busy with it. */
interface Written {
  json: Buffer
  etag: string
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => (made ??= { value: make() }).value
}

function written(document: object): Written {
  const json = Buffer.from(JSON.stringify(document))
  return { json, etag: etagOf(json) }
}

const anyDocument = z.record(z.string(), z.unknown())

function sent({ json, etag }: Written) {
  return { status: 200 as const, json, headers: { etag } }
}

function wholeRoute(read: () => Written): Route {
  return route({
    method: 'GET',
    path: '/openapi.json',
    summary: 'All routes as OpenAPI 3.1',
    access: 'public',
    hasEtag: true,
    problems: [],
    answers: { 200: anyDocument },
    handle: async () => sent(read()),
  })
}

function partRoute(documents: ReadonlyMap<string, () => Written>): Route {
  return route({
    method: 'GET',
    path: '/openapi/:file',
    summary: 'The routes of one part as OpenAPI 3.1',
    access: 'public',
    hasEtag: true,
    problems: ['not_found'],
    params: z.strictObject({
      file: z
        .string()
        .max(100)
        .describe(`One of ${[...documents.keys()].map((name) => `\`${name}\``).join(', ')}`),
    }),
    answers: { 200: anyDocument },
    async handle({ params }) {
      const read = documents.get(params.file)
      if (read === undefined) throw new Problem('not_found')
      return sent(read())
    },
  })
}

function channelsRoute(read: () => Written): Route {
  return route({
    method: 'GET',
    path: '/asyncapi.json',
    summary: 'The socket and the stream as AsyncAPI 3.0',
    access: 'public',
    hasEtag: true,
    problems: [],
    answers: { 200: anyDocument },
    handle: async () => sent(read()),
  })
}
