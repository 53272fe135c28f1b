import { hash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { HttpContext } from './context.ts'
import type { Answer } from './route.ts'

/**
 * Names the content of a 200 answer, unless its handler did; who has it already is told 304 instead. It may be kept by the
 * reader's own client alone, which asks each time.
 */
export function answerFresh(ctx: HttpContext, { body }: Answer): void {
  const { res } = ctx
  if (ctx.body instanceof Buffer && !res.hasHeader('etag')) res.setHeader('etag', etagOf(ctx.body))
  res.setHeader('cache-control', 'private, no-cache')
  const given = ctx.headers['if-none-match']
  if (given === undefined || !isAmong(given, String(res.getHeader('etag') ?? ''))) return
  if (body instanceof Readable) body.destroy()
  ctx.status = 304
}

export function etagOf(content: Buffer | string): string {
  return `"${nameOf(content)}"`
}

/** 22 characters that no other content has: 132 bits of its SHA-256. */
export function nameOf(content: Buffer | string): string {
  return hash('sha256', content, 'base64url').slice(0, 22)
}

/**
 * `If-None-Match` of RFC 9110, by the weak comparison. Not `ctx.fresh`: that one gives way to `Cache-Control: no-cache`, which
 * is for caches, and which fetch sends along with every condition that a page writes itself.
 */
function isAmong(given: string, etag: string): boolean {
  if (given.trim() === '*') return true
  return (given.match(/(?:W\/)?"[^"]*"/g) ?? []).some((candidate) => opaque(candidate) === opaque(etag))
}

const opaque = (etag: string): string => etag.replace(/^W\//, '')
