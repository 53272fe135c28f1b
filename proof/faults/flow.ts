import type { Socket } from 'node:net'

interface Piece {
  what: Buffer | 'end' | 'gone'
  dueAt: number
}

/** What a flow may have waiting before it lets who sends it wait, too. */
const mostBytes = 4 * 1024 * 1024

/** One way of a connection through the proxy: in order, late when told so, and not at all while it is held. Ends travel like bytes. */
export class Flow {
  readonly #from: Socket
  readonly #to: Socket
  readonly #delayMs: () => number
  readonly #isHeld: () => boolean
  readonly #waiting: Piece[] = []
  #bytes = 0
  #timer: NodeJS.Timeout | undefined
  #isStopped = false

  constructor(options: { from: Socket; to: Socket; delayMs: () => number; isHeld: () => boolean }) {
    this.#from = options.from
    this.#to = options.to
    this.#delayMs = options.delayMs
    this.#isHeld = options.isHeld
    this.#from.on('error', () => undefined)
    this.#from.on('end', () => this.#add('end'))
    this.#from.on('close', () => this.#add('gone'))
    this.#to.on('drain', () => this.#breathe())
  }

  push(chunk: Buffer): void {
    this.#bytes += chunk.length
    this.#add(chunk)
    this.#breathe()
  }

  /** Sends what is due. */
  run(): void {
    clearTimeout(this.#timer)
    if (this.#isStopped) return
    while (!this.#isHeld()) {
      const piece = this.#waiting[0]
      if (piece === undefined) break
      const restMs = piece.dueAt - performance.now()
      if (restMs > 0 && this.#delayMs() > 0) {
        this.#timer = setTimeout(() => this.run(), restMs)
        break
      }
      this.#waiting.shift()
      this.#send(piece.what)
    }
    this.#breathe()
  }

  /** Nothing more, whatever comes. */
  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
    this.#from.resume()
  }

  #add(what: Piece['what']): void {
    if (this.#isStopped) return
    this.#waiting.push({ what, dueAt: performance.now() + this.#delayMs() })
    this.run()
  }

  #send(what: Piece['what']): void {
    if (what === 'gone') return void this.#to.destroy()
    if (this.#to.destroyed || this.#to.writableEnded) return
    if (what === 'end') return void this.#to.end()
    this.#bytes -= what.length
    this.#to.write(what)
  }

  #breathe(): void {
    const isFull = this.#bytes > mostBytes || this.#to.writableNeedDrain
    if (isFull && !this.#isStopped) this.#from.pause()
    else this.#from.resume()
  }
}
