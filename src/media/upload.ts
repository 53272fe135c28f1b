import type { IncomingMessage, ServerResponse } from 'node:http'
import multer from 'multer'
import { Problem } from '../platform/errors.ts'

/** Of a multipart body around the one file that it is for. */
const wrappingMaxBytes = 16_384

interface Filled extends IncomingMessage {
  file?: { buffer: Buffer }
}
type ReadOneFile = (request: Filled, response: ServerResponse, done: (error?: unknown) => void) => void

export interface Wire {
  request: IncomingMessage
  response: ServerResponse
}

/**
 * A reader of multipart bodies with one file in this field and nothing else; the name and the type that the client gives the file
 * are not even looked at. Errors: `unsupported_media_type`, `body_too_large`, `malformed`, `bad_input`.
 */
export function createUploadReader({ field, maxBytes }: { field: string; maxBytes: number }) {
  const limits = {
    fileSize: maxBytes,
    files: 1,
    fields: 0,
    parts: 1,
    fieldNameSize: 100,
    fieldSize: 0,
    headerPairs: 20,
    fieldNestingDepth: 1,
    fieldArrayIndexLimit: 1,
  }
  const upload = multer({ storage: multer.memoryStorage(), limits, defParamCharset: 'utf8' })
  // It is typed for Express and needs nothing of it.
  const readOneFile = upload.single(field) as unknown as ReadOneFile

  return async ({ request, response }: Wire): Promise<Buffer> => {
    requireMultipart(request)
    const tooLarge = new Problem('body_too_large', { detail: `A picture has at most ${maxBytes} bytes` })
    if (Number(request.headers['content-length'] ?? 0) > maxBytes + wrappingMaxBytes) throw tooLarge
    // Nothing would ever be heard of a body whose sender left while it waited for its turn.
    if (request.destroyed) throw new Problem('malformed', { detail: 'The body broke off' })
    const filled: Filled = request
    try {
      await new Promise<void>((resolve, reject) => {
        readOneFile(filled, response, (error) => (error ? reject(error) : resolve()))
      })
    } catch (error) {
      throw isTooLarge(error) ? tooLarge : toProblem(error, field)
    }
    return requireFile(filled.file?.buffer, field)
  }
}

function requireMultipart(request: IncomingMessage): void {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase()
  const isPlain = (request.headers['content-encoding'] ?? 'identity') === 'identity'
  if (type === 'multipart/form-data' && isPlain) return
  throw new Problem('unsupported_media_type', { detail: 'Send multipart/form-data, without content encoding' })
}

function requireFile(bytes: Buffer | undefined, field: string): Buffer {
  if (bytes !== undefined && bytes.length > 0) return bytes
  const [code, detail] =
    bytes === undefined ? ['missing', 'No file came in this field'] : ['empty', 'The file is empty']
  throw new Problem('bad_input', { errors: [{ pointer: `/${field}`, code, detail }] })
}

function isTooLarge(error: unknown): boolean {
  return error instanceof multer.MulterError && error.code === 'LIMIT_FILE_SIZE'
}

/** What multer did not count and refuse itself is a body that cannot be read, or that broke off. */
function toProblem(cause: unknown, field: string): Problem {
  if (!(cause instanceof multer.MulterError)) {
    return new Problem('malformed', { detail: 'The multipart body cannot be read, or broke off', cause })
  }
  const detail = `Send one file in the field "${field}" and nothing else (${cause.message.toLowerCase()})`
  const errors = [{ pointer: `/${field}`, code: cause.code.toLowerCase(), detail }]
  return new Problem('bad_input', { errors, cause })
}
