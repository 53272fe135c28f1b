import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { Problem } from '../../errors.ts'
import { etagOf } from '../etag.ts'
import { bytes, route } from '../route.ts'
import type { Answer, Route } from '../route.ts'
import { describeApi } from './document.ts'
import type { DocumentOptions, OpenApiDocument } from './document.ts'

/** These routes, the document that describes them all, and the page that shows it. */
export function withDocument(routes: readonly Route[], options: DocumentOptions): Route[] {
  let document: Written | undefined
  const read = (): Written => (document ??= written(describeApi(all, options)))
  const all: Route[] = [...routes, documentRoute(read), pageRoute(), fileRoute()]
  return all
}

/** Made once: whoever asks for a document of this size again and again must not keep the server busy with it. */
interface Written {
  document: OpenApiDocument
  json: Buffer
  etag: string
}

function written(document: OpenApiDocument): Written {
  const json = Buffer.from(JSON.stringify(document))
  return { document, json, etag: etagOf(json) }
}

function documentRoute(read: () => Written): Route {
  return route({
    method: 'GET',
    path: '/openapi.json',
    summary: 'This document',
    access: 'public',
    hasEtag: true,
    problems: [],
    answers: { 200: z.record(z.string(), z.unknown()) },
    async handle() {
      const { document, json, etag } = read()
      return { status: 200, body: { ...document }, json, headers: { etag } }
    },
  })
}

/** Everything comes from here, and nothing that stands in the page itself is run. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

interface PageFile {
  url: string
  type: string
}

const own = (name: string): string => new URL(`page/${name}`, import.meta.url).href
const swagger = (name: string): string => import.meta.resolve(`swagger-ui-dist/${name}`)

const page: PageFile = { url: own('index.html'), type: 'text/html' }
const files: ReadonlyMap<string, PageFile> = new Map([
  ['initializer.js', { url: own('initializer.js'), type: 'text/javascript' }],
  ['page.css', { url: own('page.css'), type: 'text/css' }],
  ['swagger-ui.css', { url: swagger('swagger-ui.css'), type: 'text/css' }],
  ['swagger-ui-bundle.js', { url: swagger('swagger-ui-bundle.js'), type: 'text/javascript' }],
  ['favicon-32x32.png', { url: swagger('favicon-32x32.png'), type: 'image/png' }],
])

function pageRoute(): Route {
  return route({
    method: 'GET',
    path: '/docs',
    summary: 'This document as a page',
    access: 'public',
    hasEtag: true,
    problems: [],
    answers: { 200: bytes('text/html') },
    handle: () => sent(page, { 'content-security-policy': pagePolicy }),
  })
}

function fileRoute(): Route {
  return route({
    method: 'GET',
    path: '/docs/:file',
    summary: 'What the page needs',
    access: 'public',
    hasEtag: true,
    problems: ['not_found'],
    params: z.strictObject({ file: z.string().max(100).describe('Its name') }),
    answers: { 200: bytes('text/javascript', 'text/css', 'image/png') },
    async handle({ params }) {
      const file = files.get(params.file)
      if (file === undefined) throw new Problem('not_found')
      return sent(file)
    },
  })
}

async function sent(file: PageFile, headers: Record<string, string> = {}) {
  const path = fileURLToPath(file.url)
  const { size, mtimeMs } = await stat(path)
  return {
    status: 200 as const,
    body: createReadStream(path),
    headers: {
      'content-type': file.type === 'image/png' ? file.type : `${file.type}; charset=utf-8`,
      'content-length': String(size),
      etag: `"${size.toString(36)}-${Math.trunc(mtimeMs).toString(36)}"`,
      ...headers,
    },
  } satisfies Answer
}
