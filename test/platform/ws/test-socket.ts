import { WebSocket } from 'ws'
import type { ClientOptions } from 'ws'
import { Ear } from '../../support/ear.ts'
import type { HeardFrame as Frame } from '../../support/ear.ts'

export type { Frame }

export interface Refusal {
  status: number
  body: Record<string, unknown>
}

/** A ws client without manners of its own: it says what a test tells it to, and keeps all that it hears. */
export class TestSocket {
  readonly ws: WebSocket
  readonly ended: Promise<{ code: number; reason: string }>
  readonly #ear = new Ear()
  #lastRef = 0

  private constructor(ws: WebSocket) {
    this.ws = ws
    ws.on('error', () => undefined)
    ws.on('message', (data) => this.#ear.hear(data.toString()))
    this.ended = new Promise((resolve) => {
      ws.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
    })
  }

  /** Rejects with the server's answer when it refuses the upgrade. */
  static open(url: string, options: ClientOptions & { protocols?: string[] } = {}): Promise<TestSocket> {
    const { protocols = ['madang.v1'], ...rest } = options
    const ws = new WebSocket(url, protocols, rest)
    const socket = new TestSocket(ws)
    return new Promise((resolve, reject) => {
      ws.once('open', () => resolve(socket))
      ws.once('error', reject)
      ws.once('unexpected-response', (_, response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => (text += chunk.toString()))
        response.on('end', () => reject(new Refused({ status: response.statusCode ?? 0, body: JSON.parse(text) })))
      })
    })
  }

  static async refusal(url: string, options: Parameters<typeof TestSocket.open>[1] = {}): Promise<Refusal> {
    try {
      const socket = await TestSocket.open(url, options)
      socket.ws.terminate()
    } catch (error) {
      if (error instanceof Refused) return error.refusal
      throw error
    }
    throw new Error('the upgrade was not refused')
  }

  say(frame: Readonly<Record<string, unknown>> | string): void {
    this.ws.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
  }

  /** Says a frame and resolves with its one answer, an error too. */
  ask(frame: Readonly<Record<string, unknown>>): Promise<Frame> {
    this.#lastRef += 1
    const ref = `r${this.#lastRef}`
    this.say({ ...frame, ref })
    return this.hears(`the answer to ${String(frame['type'])}`, (heard) => heard['ref'] === ref)
  }

  get frames(): readonly Frame[] {
    return this.#ear.frames
  }

  /** The first frame, heard already or still to come, that is it. */
  hears(what: string, isIt: (frame: Frame) => boolean): Promise<Frame> {
    return this.#ear.hears(what, isIt)
  }

  ofType(type: string): Frame[] {
    return this.#ear.ofType(type)
  }

  async close(): Promise<void> {
    this.ws.close()
    await this.ended
  }
}

class Refused extends Error {
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(`refused with ${refusal.status}`)
    this.refusal = refusal
  }
}
