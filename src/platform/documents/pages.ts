import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { AsyncApiDocument } from '../asyncapi/document.ts'
import { livePage } from '../asyncapi/page.ts'
import { Problem } from '../errors.ts'
import { etagOf } from '../http/etag.ts'
import { bytes, route } from '../http/route.ts'
import type { Answer, Route } from '../http/route.ts'
import { html } from './html.ts'
import { pageOf, pagePolicy } from './shell.ts'

export interface PageOptions {
  /** Names of the parts of the API that have a document of their own. */
  domains: readonly string[]
  readChannels: () => AsyncApiDocument
}

/** The documents as pages, and what those need. */
export function pageRoutes(options: PageOptions): Route[] {
  return [restRoute(options), liveRoute(options), fileRoute()]
}

function restRoute({ domains }: PageOptions): Route {
  const main = html`<main id="api"></main>
    <noscript
      ><p>This page needs scripts. The document itself is at <a href="/openapi.json">/openapi.json</a>.</p></noscript
    >`
  let page: Buffer | undefined
  const read = (): Buffer =>
    (page ??= Buffer.from(
      pageOf({
        ...{ title: 'Madang · API', current: '/docs', domains, main },
        styles: ['swagger-ui.css'],
        scripts: ['swagger-ui-bundle.js', 'initializer.js'],
      }),
    ))
  return route({
    method: 'GET',
    path: '/docs',
    summary: 'The routes as a page; with `?part=` those of one part',
    access: 'public',
    hasEtag: true,
    problems: [],
    answers: { 200: bytes('text/html') },
    handle: async () => sentPage(read()),
  })
}

function liveRoute({ domains, readChannels }: PageOptions): Route {
  let page: Buffer | undefined
  const read = (): Buffer =>
    (page ??= Buffer.from(
      pageOf({
        ...{ title: 'Madang · socket and stream', current: '/docs/live', domains },
        main: livePage(readChannels()),
      }),
    ))
  return route({
    method: 'GET',
    path: '/docs/live',
    summary: 'The socket and the stream as a page',
    access: 'public',
    hasEtag: true,
    problems: [],
    answers: { 200: bytes('text/html') },
    handle: async () => sentPage(read()),
  })
}

function sentPage(page: Buffer) {
  return {
    status: 200 as const,
    body: Readable.from([page], { objectMode: false }),
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-length': String(page.length),
      'content-security-policy': pagePolicy,
      etag: etagOf(page),
    },
  } satisfies Answer
}

interface PageFile {
  url: string
  type: string
}

const own = (name: string): string => new URL(`page/${name}`, import.meta.url).href
const swagger = (name: string): string => import.meta.resolve(`swagger-ui-dist/${name}`)

const files: ReadonlyMap<string, PageFile> = new Map([
  ['initializer.js', { url: own('initializer.js'), type: 'text/javascript' }],
  ['page.css', { url: own('page.css'), type: 'text/css' }],
  ['swagger-ui.css', { url: swagger('swagger-ui.css'), type: 'text/css' }],
  ['swagger-ui-bundle.js', { url: swagger('swagger-ui-bundle.js'), type: 'text/javascript' }],
  ['favicon-32x32.png', { url: swagger('favicon-32x32.png'), type: 'image/png' }],
])

function fileRoute(): Route {
  return route({
    method: 'GET',
    path: '/docs/:file',
    summary: 'What the pages need',
    access: 'public',
    hasEtag: true,
    problems: ['not_found'],
    params: z.strictObject({ file: z.string().max(100).describe('Its name') }),
    answers: { 200: bytes('text/javascript', 'text/css', 'image/png') },
    async handle({ params }) {
      const file = files.get(params.file)
      if (file === undefined) throw new Problem('not_found')
      return sentFile(file)
    },
  })
}

async function sentFile(file: PageFile) {
  const path = fileURLToPath(file.url)
  const { size, mtimeMs } = await stat(path)
  return {
    status: 200 as const,
    body: createReadStream(path),
    headers: {
      'content-type': file.type === 'image/png' ? file.type : `${file.type}; charset=utf-8`,
      'content-length': String(size),
      etag: `"${size.toString(36)}-${Math.trunc(mtimeMs).toString(36)}"`,
    },
  } satisfies Answer
}
