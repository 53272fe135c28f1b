import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { once } from 'node:events'
import { eventually } from './eventually.ts'

/** A name server (RFC 1035) that knows one name, whichever it is asked for: it says the addresses that it is given, or that there is no such name. */
export class NameServer {
  readonly #socket: Socket
  #addresses: readonly string[] = []
  /** How often it has said what it says now. */
  #said = 0

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('message', (question, { port, address }) => {
      socket.send(answerTo(question, this.#addresses), port, address)
      this.#said += 1
    })
  }

  static async start(): Promise<NameServer> {
    const socket = createSocket('udp4')
    const server = new NameServer(socket)
    await once(socket.bind(0, '127.0.0.1'), 'listening')
    return server
  }

  /** `host:port`. */
  get address(): string {
    return `127.0.0.1:${this.#socket.address().port}`
  }

  /** From the next question on it says these. */
  leadTo(addresses: readonly string[]): void {
    this.#addresses = addresses
    this.#said = 0
  }

  /** Resolves when the one who asks goes by what is said now: whoever asks again has taken the answer before. */
  async untilHeard(): Promise<void> {
    await eventually(() => this.#said >= 2)
  }

  close(): void {
    this.#socket.close()
  }
}

function answerTo(question: Buffer, addresses: readonly string[]): Buffer {
  const head = Buffer.from(question.subarray(0, 12))
  head.writeUInt16BE(addresses.length > 0 ? 0x8180 : 0x8183, 2)
  head.writeUInt16BE(addresses.length, 6)
  head.writeUInt16BE(0, 10)
  const asked = question.subarray(12, question.indexOf(0, 12) + 5)
  // The name of the question, an address of the internet, for a second.
  const answers = addresses.map((one) =>
    Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, ...one.split('.').map(Number)]),
  )
  return Buffer.concat([head, asked, ...answers])
}
