import { connect } from 'node:http2'
import type { ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2'
import { gunzipSync } from 'node:zlib'
import type { ExecutionContext } from 'ava'
import { createParser } from 'eventsource-parser'
import { eventually } from '../support/eventually.ts'

export interface Http2Question {
  method?: string
  path: string
  token?: string
  headers?: Record<string, string>
  json?: unknown
  body?: Buffer
}

export interface Http2Answer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
  unpacked(): Buffer
}

/** One connection of HTTP/2 for all that is asked, until the test ends. */
export function openHttp2(t: ExecutionContext, address: string) {
  const session = connect(address)
  session.on('error', () => undefined)
  t.teardown(() => session.destroy())

  const request = ({ method = 'GET', path, token, headers = {}, json, body }: Http2Question): ClientHttp2Stream => {
    const content = json === undefined ? body : Buffer.from(JSON.stringify(json))
    const stream = session.request({
      ':method': method,
      ':path': path,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    })
    stream.end(content)
    return stream
  }
  const ask = async (question: Http2Question): Promise<Http2Answer> => {
    const stream = request(question)
    const answered = headersOf(stream)
    // The pieces say it first.
    answered.catch(() => undefined)
    const pieces: Buffer[] = []
    for await (const piece of stream) pieces.push(piece as Buffer)
    const headers = await answered
    const body = Buffer.concat(pieces)
    return { status: Number(headers[':status']), headers, body, unpacked: () => gunzipSync(body) }
  }
  return {
    ask,
    protocol: () => session.alpnProtocol,
    /** An upload of one file. */
    async send(path: string, token: string, file: Buffer) {
      const form = new FormData()
      form.set('file', new Blob([new Uint8Array(file)]), 'photo.jpg')
      const encoded = new Response(form)
      const type = { 'content-type': encoded.headers.get('content-type') ?? '' }
      return ask({ method: 'POST', path, token, headers: type, body: Buffer.from(await encoded.arrayBuffer()) })
    },
    listen: (path: string, token: string) =>
      listener(request({ path, token, headers: { accept: 'text/event-stream' } })),
  }
}

function headersOf(stream: ClientHttp2Stream): Promise<IncomingHttpHeaders> {
  return new Promise((resolve, reject) => stream.once('response', resolve).once('error', reject))
}

/** An event stream, and what was heard on it. */
function listener(stream: ClientHttp2Stream) {
  const heard = new Set<string>()
  const parser = createParser({ onEvent: ({ event }) => void heard.add(event ?? 'message') })
  stream.on('data', (piece: Buffer) => parser.feed(piece.toString()))
  stream.on('error', () => undefined)
  return {
    event: (name: string) => eventually(() => heard.has(name), 20_000),
    hasEnded: () => stream.closed,
  }
}
