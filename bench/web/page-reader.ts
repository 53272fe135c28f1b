import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { once } from 'node:events'

/** One page, asked for again and again. */
export interface PageRequest {
  port: number
  path: string
  token: string
}

const headEnd = Buffer.from('\r\n\r\n')

/** A connection that is kept alive and asks for one thing at a time: nothing of HTTP but what a page needs, so that it costs little. */
export class PageReader {
  readonly #socket: Socket
  readonly #request: string
  #received: Buffer[] = []
  #answered: ((body: Buffer) => void) | undefined
  #failed: ((error: Error) => void) | undefined

  private constructor(socket: Socket, { path, token }: PageRequest) {
    this.#socket = socket
    this.#request = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n\r\n`
    socket.on('data', (chunk) => this.#hear(chunk))
    socket.on('error', (error) => this.#failed?.(error))
    socket.on('close', () => this.#failed?.(new Error('the server hung up')))
  }

  static async connect(request: PageRequest): Promise<PageReader> {
    const socket = connect({ host: '127.0.0.1', port: request.port, noDelay: true })
    await once(socket, 'connect')
    return new PageReader(socket, request)
  }

  /** The body. Rejects for any answer but 200. */
  read(): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#answered = resolve
      this.#failed = reject
      this.#socket.write(this.#request)
    })
  }

  close(): void {
    this.#failed = undefined
    this.#socket.destroy()
  }

  #hear(chunk: Buffer): void {
    this.#received.push(chunk)
    const [first] = this.#received
    if (first === undefined) return
    const bytes = this.#received.length === 1 ? first : Buffer.concat(this.#received)
    this.#received = [bytes]
    const end = bytes.indexOf(headEnd)
    if (end < 0) return
    const head = bytes.toString('latin1', 0, end)
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN)
    const body = bytes.subarray(end + headEnd.length)
    if (!head.startsWith('HTTP/1.1 200 ')) return this.#failed?.(new Error(`${head}\n${body.toString()}`))
    if (Number.isNaN(length)) return this.#failed?.(new Error(`no content-length:\n${head}`))
    if (body.length < length) return
    this.#received = []
    this.#answered?.(body)
  }
}

/** Milliseconds of each page that was read. Throws when one is not `expected`. */
export async function readPages(
  request: PageRequest,
  options: { connections: number; seconds: number; expected: Buffer },
): Promise<number[]> {
  const until = performance.now() + options.seconds * 1000
  const times: number[] = []
  await Promise.all(
    Array.from({ length: options.connections }, async () => {
      const reader = await PageReader.connect(request)
      try {
        while (performance.now() < until) {
          const askedAt = performance.now()
          const body = await reader.read()
          times.push(performance.now() - askedAt)
          if (!body.equals(options.expected)) throw new Error(`${request.path}: not the page that it was before`)
        }
      } finally {
        reader.close()
      }
    }),
  )
  return times
}

export async function readPage(request: PageRequest): Promise<Buffer> {
  const reader = await PageReader.connect(request)
  try {
    return Buffer.from(await reader.read())
  } finally {
    reader.close()
  }
}
