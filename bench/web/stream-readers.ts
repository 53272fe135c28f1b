import { connect } from 'node:net'
import { findMarker, markerLength, orderIn } from '../clients/marker.ts'
import { ownSeconds } from '../processor-time.ts'
import { ChunkedBody } from './chunked-body.ts'

/**
 * A process of the load: streams on raw sockets, each of which must hear every event once, in order. Says after each event that all have
 * heard it. It reads markers and nothing else, so that it costs less than what it measures.
 */

export interface ReadersPlan {
  type: 'open'
  port: number
  path: string
  /** One a stream. */
  tokens: readonly string[]
  /** The first three octets of the addresses that the streams come from, such as `127.1.1`: Nginx leads all of a network to one server. Loopback's own unless said. */
  network?: string
}
export type FromReaders =
  | { type: 'ready' }
  | { type: 'heard'; number: number; cpuSeconds: number }
  | { type: 'failed'; reason: string }

const opensAtOnce = 50
const addressesOfNetwork = 250
const endOfHead = '\r\n\r\n'
const buffer = Buffer.allocUnsafeSlow(262_144)
/** How many streams have heard each event that not all have heard. */
const heardBy = new Map<number, number>()
let streams = 0

async function open(plan: ReadersPlan): Promise<void> {
  const { network } = plan
  const waiting = plan.tokens.map((token, nth) => ({
    token,
    from: network === undefined ? undefined : `${network}.${1 + (nth % addressesOfNetwork)}`,
  }))
  streams = waiting.length
  await Promise.all(
    Array.from({ length: opensAtOnce }, async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) await openStream(plan, next)
    }),
  )
  say({ type: 'ready' })
}

/** Resolves with the first bytes behind the head of the answer: from there on nothing is missed. */
function openStream(
  { port, path }: ReadersPlan,
  { token, from: localAddress }: { token: string; from: string | undefined },
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let head = ''
  let body: ChunkedBody | undefined
  let next = 0
  let rest: Buffer | undefined
  let guess = 0

  const readEvents = (chunk: Buffer): void => {
    resolve()
    const bytes = rest === undefined ? chunk : Buffer.concat([rest, chunk])
    let at = 0
    for (;;) {
      const marker = findMarker(bytes, at, bytes.length, guess)
      if (marker < 0) break
      guess = marker - at
      const number = orderIn(bytes, marker)
      if (number !== next) return fail(`a stream heard event ${number} where ${next} was next`)
      next += 1
      count(number)
      at = marker + markerLength
    }
    // A marker that two pieces share begins in the end of this one; the bytes are written over by the next.
    const from = bytes.indexOf(0x7e, Math.max(at, bytes.length - markerLength + 1))
    rest = from < 0 ? undefined : Buffer.from(bytes.subarray(from))
  }

  const readHead = (bytes: Buffer): void => {
    head += bytes.toString('latin1')
    const end = head.indexOf(endOfHead)
    if (!head.startsWith('HTTP/1.1 200 '.slice(0, head.length))) return reject(new Error(head.slice(0, 400)))
    if (end < 0) return
    if (!/\r\ntransfer-encoding: chunked/i.test(head)) return reject(new Error(`not in chunks: ${head}`))
    body = new ChunkedBody(readEvents)
    body.read(Buffer.from(head.slice(end + endOfHead.length), 'latin1'))
  }

  const socket = connect({
    ...{ host: '127.0.0.1', port, noDelay: true, ...(localAddress === undefined ? {} : { localAddress }) },
    onread: {
      buffer,
      callback(length) {
        const bytes = buffer.subarray(0, length)
        try {
          if (body === undefined) readHead(bytes)
          else body.read(bytes)
        } catch (error) {
          fail(String(error))
        }
        return true
      },
    },
  })
  socket.on('connect', () =>
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\nAccept: text/event-stream\r\n\r\n`,
    ),
  )
  socket.on('error', (error) => fail(error.message))
  socket.on('close', () => fail('a stream was cut off'))
  return promise
}

function count(number: number): void {
  const heard = (heardBy.get(number) ?? 0) + 1
  if (heard < streams) return void heardBy.set(number, heard)
  heardBy.delete(number)
  say({ type: 'heard', number, cpuSeconds: ownSeconds() })
}

function say(message: FromReaders): void {
  process.send?.(message)
}

function fail(reason: string): void {
  say({ type: 'failed', reason })
}

process.on('message', (plan: ReadersPlan) => {
  open(plan).catch((error: unknown) => fail(String(error)))
})
process.once('disconnect', () => process.exit(0))
process.send?.({ port: 0 })
