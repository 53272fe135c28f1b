import { WebSocket } from 'ws'
import type { Door } from './door.ts'
import { localEnd } from './door.ts'
import { readFrame } from './frames.ts'
import type { Frame, RoomFrame } from './frames.ts'
import { endingOfError, endingWithoutAnswer } from './outcome.ts'
import type { Ending } from './outcome.ts'
import { backoffMs, pause } from './patience.ts'
import type { Person } from './person.ts'

/** What became of a frame that asks for an answer. */
export type Answer = { type: 'answered'; frame: Frame } | { type: 'refused'; ending: Ending }

/** A room that this device listens to. */
export interface RoomEars {
  /** `isFresh`: nothing was asked for on this connection yet. */
  connected(isFresh: boolean): void
  disconnected(): void
  hear(frame: RoomFrame): void
}

export interface DeviceOptions {
  name: string
  person: Person
  door: Door
  /** Told what nobody could read, and why a connection was refused. */
  onOddity: (detail: string) => void
  onRefused: (ending: Ending) => void
  over: AbortSignal
}

const handshakeMs = 5000
const answerMs = 8000
const pingEveryMs = 3000
/** A server that says nothing for so long, not even to a ping, is gone. */
const silenceMs = 9000

interface Waiting {
  settle: (answer: Answer) => void
  timer: NodeJS.Timeout
}

/** One WebSocket of a person for all their rooms. It comes back until the run is over. */
export class Device {
  readonly name: string
  readonly person: Person
  readonly #options: DeviceOptions
  readonly #rooms = new Map<string, RoomEars>()
  readonly #waiting = new Map<number, Waiting>()
  #ws: WebSocket | undefined
  #isReady = false
  #isSlow = false
  #lastRef = 0
  #failures = 0
  #heardAt = 0
  readonly #pings: NodeJS.Timeout

  constructor(options: DeviceOptions) {
    this.#options = options
    this.name = options.name
    this.person = options.person
    this.#pings = setInterval(() => this.#watch(), pingEveryMs)
    this.#open()
  }

  get isReady(): boolean {
    return this.#isReady && this.#ws?.readyState === WebSocket.OPEN
  }

  enter(room: string, ears: RoomEars): void {
    this.#rooms.set(room, ears)
    if (this.isReady) ears.connected(false)
  }

  /** Somebody else may listen by now: those stay. */
  forget(room: string, ears: RoomEars): void {
    if (this.#rooms.get(room) === ears) this.#rooms.delete(room)
  }

  /** Sends a frame that is answered once. Undefined, and nothing was sent, while there is no connection. */
  request(frame: Readonly<Record<string, unknown>>): Promise<Answer> | undefined {
    if (!this.isReady) return undefined
    this.#lastRef += 1
    const ref = this.#lastRef
    return new Promise((resolve) => {
      const late = (): void => this.#settle(ref, lost(`no answer within ${answerMs} ms`))
      this.#waiting.set(ref, { settle: resolve, timer: setTimeout(late, answerMs) })
      this.#ws?.send(JSON.stringify({ ...frame, ref }))
    })
  }

  /** As when the network is gone: without a word. */
  cut(): void {
    this.#ws?.terminate()
  }

  /** Reads nothing for a while. */
  async beSlow(forMs: number): Promise<void> {
    const ws = this.#ws
    if (ws === undefined || this.#isSlow) return
    this.#isSlow = true
    ws.pause()
    await pause(forMs, this.#options.over)
    ws.resume()
    this.#heardAt = performance.now()
    this.#isSlow = false
  }

  /** To be called when the run is over. */
  close(): void {
    clearInterval(this.#pings)
    this.#ws?.resume()
    this.#ws?.terminate()
    this.#ended()
  }

  #open(): void {
    const { door, person, over, onRefused } = this.#options
    if (over.aborted) return
    const headers = { authorization: `Bearer ${person.token}` }
    const options = { headers, handshakeTimeout: handshakeMs, perMessageDeflate: false, ...localEnd(person.from) }
    const ws = new WebSocket(door.socketUrl, ['madang.v1'], options)
    this.#ws = ws
    let isExpired = false
    ws.on('message', (data: Buffer) => this.#hear(data.toString()))
    ws.on('unexpected-response', (request, response) => {
      const status = response.statusCode ?? 0
      isExpired = status === 401
      onRefused(endingOfError(status, status === 429 ? 'rate_limited' : `http_${status}`, undefined))
      request.destroy()
      ws.terminate()
    })
    ws.on('error', () => undefined)
    ws.on('close', (code) => {
      if (code === 4504) onRefused({ outcome: 'fail', code: 'too_many_connections' })
      void this.#comeBack(isExpired || code === 4010 || code === 4500)
    })
  }

  async #comeBack(isExpired: boolean): Promise<void> {
    const { over, person } = this.#options
    this.#ended()
    if (isExpired) await person.renew()
    await pause(backoffMs(this.#failures), over)
    this.#failures += 1
    this.#open()
  }

  #hear(text: string): void {
    this.#heardAt = performance.now()
    const frame = readFrame(text)
    if (frame === undefined) return this.#options.onOddity(`${this.name} cannot read ${text.slice(0, 500)}`)
    if (frame.type === 'hello') this.#welcome(frame.now)
    if (frame.type === 'pong') this.person.clock.heard(frame.now)
    if ('ref' in frame && frame.ref !== undefined) this.#settle(frame.ref, answerIn(frame))
    if ('room' in frame) this.#rooms.get(frame.room)?.hear(frame)
  }

  #welcome(serverNow: string): void {
    this.person.clock.heard(serverNow)
    this.#isReady = true
    this.#failures = 0
    for (const ears of this.#rooms.values()) ears.connected(true)
  }

  #ended(): void {
    this.#isReady = false
    for (const ref of this.#waiting.keys()) this.#settle(ref, lost('the connection was lost'))
    for (const ears of this.#rooms.values()) ears.disconnected()
  }

  #settle(ref: number, answer: Answer): void {
    const waiting = this.#waiting.get(ref)
    if (waiting === undefined) return
    this.#waiting.delete(ref)
    clearTimeout(waiting.timer)
    waiting.settle(answer)
  }

  #watch(): void {
    if (!this.isReady || this.#isSlow) return
    if (performance.now() - this.#heardAt > silenceMs) return this.#ws?.terminate()
    void this.request({ type: 'ping' })
  }
}

function answerIn(frame: Frame): Answer {
  if (frame.type !== 'error') return { type: 'answered', frame }
  const retryMs = frame.retryAfter === undefined ? undefined : frame.retryAfter * 1000
  return { type: 'refused', ending: endingOfError(frame.status, frame.code, retryMs) }
}

function lost(reason: string): Answer {
  return { type: 'refused', ending: endingWithoutAnswer(reason) }
}
