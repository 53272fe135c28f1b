import { once } from 'node:events'
import { connect as connectTcp, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { Flow } from './flow.ts'

/** `up` is from who connected to the service behind the proxy, `down` the way back. */
export type Direction = 'up' | 'down'

/** Says of what is on its way up whether the connection is to be cut because of it. */
export type IsHit = (chunk: Buffer) => boolean

/** Answers with what arrives instead, of the same length. */
export type Change = (chunk: Buffer) => Buffer

export interface ProxyOptions {
  /** Port on the loopback address; a free one unless said otherwise. */
  port?: number
  /** Opens a connection to what is behind the proxy. */
  connect: () => Socket
  /** Changes what goes up, such as the name of the host. */
  edit?: Change
}

/** To a port on this machine. */
export function toLoopback(port: number): () => Socket {
  return () => connectTcp({ host: '127.0.0.1', port, noDelay: true, allowHalfOpen: true })
}

/** A network between two processes that is whole until it is told to be otherwise. What is told holds for all its connections. */
export class Proxy {
  readonly port: number
  readonly #server: Server
  readonly #options: ProxyOptions
  readonly #lines = new Set<Line>()
  #weather: Weather = { delayMs: 0, held: undefined, isDown: false, cut: undefined, altered: undefined }

  private constructor(server: Server, options: ProxyOptions) {
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
    this.port = address.port
    this.#server = server
    this.#options = options
    server.on('connection', (near) => this.#take(near))
  }

  static async open(options: ProxyOptions): Promise<Proxy> {
    const server = createServer({ noDelay: true, allowHalfOpen: true })
    server.listen(options.port ?? 0, '127.0.0.1')
    await once(server, 'listening')
    return new Proxy(server, options)
  }

  get connections(): number {
    return this.#lines.size
  }

  /** Resets every connection, in the middle of whatever it carries. */
  cut(): number {
    const { size } = this.#lines
    for (const line of this.#lines) line.reset()
    return size
  }

  /** From now on: a request that is hit never arrives, and its connection is reset. */
  cutBefore(isHit: IsHit): void {
    this.#change({ cut: { isHit, isForwarded: false } })
  }

  /** From now on: a request that is hit arrives; its answer does not, and the connection is reset in its place. */
  cutAfter(isHit: IsHit): void {
    this.#change({ cut: { isHit, isForwarded: true } })
  }

  /** From now on what goes up is changed on its way, and nobody is told. */
  alter(change: Change): void {
    this.#change({ altered: change })
  }

  delay(ms: number): void {
    this.#change({ delayMs: ms })
  }

  /** Nothing arrives this way any more, and nobody is told: a black hole. What was sent into it arrives when it is healed, late. */
  hold(direction: Direction): void {
    this.#change({ held: direction })
  }

  /** Connections are reset, and new ones too. */
  down(): void {
    this.#change({ isDown: true })
    this.cut()
  }

  /** One end of every connection is gone, and the other one is never told, until it is healed. */
  halfOpen(who: 'near lives' | 'far lives'): number {
    const { size } = this.#lines
    for (const line of this.#lines) line.halve(who)
    return size
  }

  /** All is whole for those who connect now; what was held goes on, and ends that were never told are told. */
  heal(): void {
    this.#change({ delayMs: 0, held: undefined, isDown: false, cut: undefined, altered: undefined })
    for (const line of this.#lines) if (line.isHalf) line.reset()
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.cut()
    await closed
  }

  #change(weather: Partial<Weather>): void {
    this.#weather = { ...this.#weather, ...weather }
    for (const line of this.#lines) line.onWeather()
  }

  #take(near: Socket): void {
    if (this.#weather.isDown) return void near.resetAndDestroy()
    const { connect, edit = (chunk: Buffer) => chunk } = this.#options
    const line = new Line({ near, far: connect(), edit, weather: () => this.#weather })
    this.#lines.add(line)
    line.onEnd(() => this.#lines.delete(line))
  }
}

interface Weather {
  delayMs: number
  held: Direction | undefined
  isDown: boolean
  cut: { isHit: IsHit; isForwarded: boolean } | undefined
  altered: Change | undefined
}

/** One connection through the proxy. */
class Line {
  readonly #near: Socket
  readonly #far: Socket
  readonly #up: Flow
  readonly #down: Flow
  readonly #weather: () => Weather
  readonly #edit: (chunk: Buffer) => Buffer
  #isAnswerLost = false
  #half: Socket | undefined

  constructor(options: { near: Socket; far: Socket; edit: (chunk: Buffer) => Buffer; weather: () => Weather }) {
    this.#near = options.near
    this.#far = options.far
    this.#weather = options.weather
    this.#edit = options.edit
    const delayMs = (): number => this.#weather().delayMs
    const isHeld = (direction: Direction) => (): boolean => this.#weather().held === direction
    this.#up = new Flow({ from: this.#near, to: this.#far, delayMs, isHeld: isHeld('up') })
    this.#down = new Flow({ from: this.#far, to: this.#near, delayMs, isHeld: isHeld('down') })
    this.#near.on('data', (chunk: Buffer) => this.#onRequest(chunk))
    this.#far.on('data', (chunk: Buffer) => this.#onAnswer(chunk))
  }

  get isHalf(): boolean {
    return this.#half !== undefined
  }

  onEnd(then: () => void): void {
    const look = (): void => {
      if (this.#near.destroyed && this.#far.destroyed) then()
    }
    this.#near.on('close', look)
    this.#far.on('close', look)
  }

  onWeather(): void {
    this.#up.run()
    this.#down.run()
  }

  reset(): void {
    this.#near.resetAndDestroy()
    this.#far.resetAndDestroy()
  }

  halve(who: 'near lives' | 'far lives'): void {
    if (this.#half !== undefined) return
    const [living, dead] = who === 'near lives' ? [this.#near, this.#far] : [this.#far, this.#near]
    this.#half = living
    this.#up.stop()
    this.#down.stop()
    dead.resetAndDestroy()
  }

  #onRequest(chunk: Buffer): void {
    if (this.#half !== undefined) return
    const { cut, altered } = this.#weather()
    const isHit = cut !== undefined && !this.#isAnswerLost && cut.isHit(chunk)
    if (isHit && !cut.isForwarded) return this.reset()
    this.#isAnswerLost ||= isHit
    const sent = this.#edit(chunk)
    this.#up.push(altered === undefined ? sent : altered(sent))
  }

  #onAnswer(chunk: Buffer): void {
    if (this.#half !== undefined) return
    if (this.#isAnswerLost) return this.reset()
    this.#down.push(chunk)
  }
}
