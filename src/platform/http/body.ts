import type { IncomingMessage } from 'node:http'
import { Problem } from '../errors.ts'

export const bodyMaxBytes = 65_536
const deepest = 10

/** A body as it came, and the JSON in it. */
export interface JsonBody {
  bytes: Buffer
  value: unknown
}

const noBody: JsonBody = { bytes: Buffer.alloc(0), value: undefined }

/**
 * The JSON of a request; its value is `undefined` when it has no body at all.
 * Errors: `body_too_large`, `unsupported_media_type`, `malformed` (not UTF-8, not JSON, nested too deep, half a surrogate pair).
 */
export async function readJson(request: IncomingMessage): Promise<JsonBody> {
  if (!hasBody(request)) return noBody
  requireJson(request)
  const bytes = await readBytes(request, bodyMaxBytes)
  if (bytes.length === 0) return noBody
  const value = parseJson(decodeUtf8(bytes))
  requireSound(value, 1)
  return { bytes, value }
}

function hasBody(request: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers
  return encoding !== undefined || (length !== undefined && length !== '0')
}

function requireJson(request: IncomingMessage): void {
  const [type, ...parameters] = (request.headers['content-type'] ?? '').toLowerCase().split(';')
  const isJson = type?.trim() === 'application/json'
  const isUtf8 = parameters.every(
    (parameter) => !/^\s*charset\s*=/.test(parameter) || /=\s*"?utf-8"?\s*$/.test(parameter),
  )
  const isPlain = (request.headers['content-encoding'] ?? 'identity') === 'identity'
  if (isJson && isUtf8 && isPlain) return
  throw new Problem('unsupported_media_type', { detail: 'Send application/json in UTF-8, without content encoding' })
}

/** Not `for await`: leaving such a loop early destroys the socket, and the client would never read why. */
function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = new Problem('body_too_large', { detail: `A body has at most ${maxBytes} bytes` })
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.reject(tooLarge)
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const chunks: Buffer[] = []
  let size = 0
  const onData = (chunk: Buffer): void => {
    size += chunk.length
    if (size <= maxBytes) return void chunks.push(chunk)
    request.off('data', onData)
    request.resume()
    reject(tooLarge)
  }
  request.on('data', onData)
  request.once('end', () => resolve(Buffer.concat(chunks)))
  request.once('error', (cause) => reject(new Problem('malformed', { detail: 'The body broke off', cause })))
  return promise
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function decodeUtf8(bytes: Buffer): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw new Problem('malformed', { detail: 'The body is not UTF-8', cause })
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Problem('malformed', { detail: 'The body is not JSON', cause })
  }
}

/** Half a surrogate pair has no UTF-8: it would be stored as another text than was sent. */
function requireSound(value: unknown, depth: number): void {
  if (typeof value === 'string' && !value.isWellFormed()) {
    throw new Problem('malformed', { detail: 'A string holds half a surrogate pair' })
  }
  if (typeof value !== 'object' || value === null) return
  if (depth > deepest) throw new Problem('malformed', { detail: `The body is nested deeper than ${deepest}` })
  for (const part of Object.values(value)) requireSound(part, depth + 1)
}
