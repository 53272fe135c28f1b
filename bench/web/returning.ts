import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { clientFrame, pongFrame } from '../clients/client-frame.ts'
import { FrameReader } from '../clients/frame-reader.ts'

/**
 * A process of the load: people who listen in rooms, lose their server, and come back at another one. Each asks once, from the last entry that
 * it heard, and must be told every entry since, in order, each once.
 */

export interface Listening {
  room: string
  token: string
}
export type ToReturning =
  | { type: 'open'; port: number; people: readonly Listening[] }
  /** Spread evenly over so many seconds; each must be told so many entries. */
  | { type: 'return'; port: number; seconds: number; missed: number }
  | { type: 'leave' }
export type FromReturning =
  | { type: 'ready' }
  /** Milliseconds from the handshake of each to its answer. */
  | { type: 'returned'; times: readonly number[]; cpuSeconds: number }
  | { type: 'left' }
  | { type: 'failed'; reason: string }

const opensAtOnce = 50
const inTimeMs = 60_000
const buffer = Buffer.allocUnsafeSlow(262_144)
const endOfHead = Buffer.from('\r\n\r\n')
const seqName = Buffer.from('"seq":')
const isEntry = Buffer.from('{"type":"entry"')

/** One who listens, over all its connections. */
class Person {
  readonly #who: Listening
  #socket: Socket | undefined
  #head: Buffer | undefined
  #reader: FrameReader | undefined
  #answered = Promise.withResolvers<void>()
  #epoch = 0
  #seq: number | undefined
  #heard = 0
  #isAnswered = false

  constructor(who: Listening) {
    this.#who = who
  }

  /** Resolves when the answer has come. Rejects where it is not the one that is due. */
  async enter(port: number): Promise<void> {
    this.#answered = Promise.withResolvers()
    this.#isAnswered = false
    this.#heard = 0
    this.#head = Buffer.alloc(0)
    this.#reader = new FrameReader({
      text: (bytes, start, end) => this.#hear(bytes, start, end),
      ping: (payload) => this.#socket?.write(pongFrame(payload)),
      closed: (code) => this.#answered.reject(new Error(`a socket was closed with ${code}`)),
    })
    const socket = connect({
      ...{ host: '127.0.0.1', port, noDelay: true },
      onread: {
        buffer,
        callback: (length) => {
          this.#read(buffer.subarray(0, length))
          return true
        },
      },
    })
    this.#socket = socket
    socket.on('connect', () => socket.write(this.#handshake(port)))
    socket.on('error', (error) => this.#answered.reject(error))
    socket.on('close', () => this.#answered.reject(new Error('a socket was cut off')))
    const late = setTimeout(() => this.#answered.reject(new Error('nobody answered in time')), inTimeMs)
    await this.#answered.promise.finally(() => clearTimeout(late))
  }

  /** Entries that were told since the last connection began. */
  get heard(): number {
    return this.#heard
  }

  get isConnected(): boolean {
    return this.#socket?.destroyed === false
  }

  leave(): void {
    this.#socket?.destroy()
    this.#seq = undefined
  }

  #handshake(port: number): string {
    const lines = [
      'GET /v1/socket HTTP/1.1',
      `Host: 127.0.0.1:${port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      'Sec-WebSocket-Protocol: madang.v1',
      `Authorization: Bearer ${this.#who.token}`,
    ]
    return `${lines.join('\r\n')}\r\n\r\n`
  }

  #read(bytes: Buffer): void {
    try {
      if (this.#head === undefined) return this.#reader?.read(bytes)
      this.#head = Buffer.concat([this.#head, bytes])
      const end = this.#head.indexOf(endOfHead)
      if (end < 0) return
      const head = this.#head
      if (!head.subarray(0, 13).equals(switching)) throw new Error(head.toString('utf8', 0, 400))
      this.#head = undefined
      this.#reader?.read(head.subarray(end + endOfHead.length))
    } catch (error) {
      this.#answered.reject(error)
    }
  }

  #hear(bytes: Buffer, start: number, end: number): void {
    if (bytes.subarray(start, start + isEntry.length).equals(isEntry)) return this.#hearEntry(bytes, start)
    const text = bytes.toString('utf8', start, end)
    const frame = JSON.parse(text) as { type: string; epoch: number; head: number; recovered: boolean; from: string }
    switch (frame.type) {
      case 'hello':
        return this.#subscribe()
      case 'subscribed':
        return this.#hearAnswer(frame, text)
      case 'error':
      case 'gap':
      case 'epoch':
        throw new Error(text)
      default:
    }
  }

  #subscribe(): void {
    const { room } = this.#who
    const after = this.#seq === undefined ? {} : { epoch: this.#epoch, after: this.#seq }
    this.#socket?.write(clientFrame(JSON.stringify({ type: 'subscribe', ref: 'r', room, ...after })))
  }

  #hearEntry(bytes: Buffer, start: number): void {
    let at = bytes.indexOf(seqName, start) + seqName.length
    let seq = 0
    for (; (bytes[at] ?? 0) >= 0x30 && (bytes[at] ?? 0) <= 0x39; at += 1) seq = seq * 10 + ((bytes[at] ?? 0) - 0x30)
    if (this.#seq !== undefined && seq !== this.#seq + 1) throw new Error(`entry ${seq} came after ${this.#seq}`)
    this.#seq = seq
    this.#heard += 1
  }

  #hearAnswer(frame: { epoch: number; head: number; recovered: boolean }, text: string): void {
    if (this.#isAnswered) throw new Error(`a second answer: ${text}`)
    if (!frame.recovered) throw new Error(`not recovered: ${text}`)
    if (this.#seq !== undefined && this.#seq !== frame.head) throw new Error(`${text} after entry ${this.#seq}`)
    this.#epoch = frame.epoch
    this.#seq = frame.head
    this.#isAnswered = true
    this.#answered.resolve()
  }
}

const switching = Buffer.from('HTTP/1.1 101 ')

let people: readonly Person[] = []

async function open({ port, people: all }: Extract<ToReturning, { type: 'open' }>): Promise<void> {
  people = all.map((who) => new Person(who))
  const waiting = [...people]
  await Promise.all(
    Array.from({ length: opensAtOnce }, async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) await next.enter(port)
    }),
  )
  say({ type: 'ready' })
}

async function comeBack({ port, seconds, missed }: Extract<ToReturning, { type: 'return' }>): Promise<void> {
  const still = people.filter(({ isConnected }) => isConnected).length
  if (still > 0) throw new Error(`${still} sockets have not lost their server`)
  const before = process.cpuUsage()
  const times = await Promise.all(
    people.map(async (person, nth) => {
      await new Promise((resolve) => setTimeout(resolve, (nth / people.length) * seconds * 1000))
      const askedAt = performance.now()
      await person.enter(port)
      return performance.now() - askedAt
    }),
  )
  // Who was sent away again would have to come a second time.
  await new Promise((resolve) => setTimeout(resolve, 500))
  const wrong = people.filter(({ heard, isConnected }) => heard !== missed || !isConnected)
  if (wrong.length > 0) {
    const [first] = wrong
    throw new Error(`${wrong.length} did not hear ${missed} entries and stay: one heard ${first?.heard}`)
  }
  const { user, system } = process.cpuUsage(before)
  say({ type: 'returned', times, cpuSeconds: (user + system) / 1_000_000 })
}

function leave(): void {
  for (const person of people) person.leave()
  say({ type: 'left' })
}

function say(message: FromReturning): void {
  process.send?.(message)
}

async function obey(message: ToReturning): Promise<void> {
  switch (message.type) {
    case 'open':
      return open(message)
    case 'return':
      return comeBack(message)
    case 'leave':
      return leave()
    default:
      return message satisfies never
  }
}

process.on('message', (message: ToReturning) => {
  obey(message).catch((error: unknown) => say({ type: 'failed', reason: String(error) }))
})
process.once('disconnect', () => process.exit(0))
process.send?.({ port: 0 })
