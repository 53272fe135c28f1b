import type { IncomingMessage } from 'node:http'
import { eventually } from '../support/eventually.ts'

export interface HeardEvent {
  event: string
  id: string
  data: string
}

/** Reads `text/event-stream` as the standard says, line by line, and keeps everything. */
export class EventText {
  readonly events: HeardEvent[] = []
  /** What a browser would name when it comes back. */
  lastEventId = ''
  retryMs: number | undefined
  comments = 0
  #rest = ''
  #pending = { event: '', id: '', data: [] as string[] }

  read(text: string): void {
    const lines = (this.#rest + text).split(/\r\n|\r|\n/)
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.#take(line)
  }

  #take(line: string): void {
    if (line === '') return this.#dispatch()
    const colon = line.indexOf(':')
    if (colon === 0) return void (this.comments += 1)
    const field = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') this.#pending.event = value
    else if (field === 'id') this.#pending.id = value
    else if (field === 'data') this.#pending.data.push(value)
    else if (field === 'retry') this.retryMs = Number(value)
  }

  #dispatch(): void {
    const { event, id, data } = this.#pending
    this.lastEventId = id
    this.#pending = { event: '', id, data: [] }
    if (data.length > 0) this.events.push({ event, id, data: data.join('\n') })
  }
}

/** What comes over one connection. */
export class EventReader extends EventText {
  readonly answer: IncomingMessage
  end: 'clean' | 'cut' | undefined

  constructor(answer: IncomingMessage) {
    super()
    this.answer = answer
    answer.setEncoding('utf8')
    answer.on('data', (text: string) => this.read(text))
    answer.on('error', () => undefined)
    answer.on('close', () => {
      this.end = answer.complete ? 'clean' : 'cut'
    })
  }

  /** The first event of this name, heard already or still to come. */
  event(name: string): Promise<Record<string, unknown>> {
    return eventually(() => {
      const found = this.events.find(({ event }) => event === name)
      return found && (JSON.parse(found.data) as Record<string, unknown>)
    })
  }

  ended(): Promise<'clean' | 'cut'> {
    return eventually(() => this.end)
  }

  leave(): void {
    this.answer.destroy()
  }
}
