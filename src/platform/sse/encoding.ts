/**
 * The bytes of `text/event-stream` (WHATWG HTML, section 9.2). The only place that writes them: whatever the data is, what leaves here
 * is exactly one event, because every line of it gets its own `data:`, and names and ids are of an alphabet without line ends.
 */

export interface OutgoingEvent {
  /** Lower-case words, joined by `.` or `_`. */
  event: string
  /** Decimal digits. The client names it when it comes back. */
  id?: string
  /** Any text; its line ends arrive as LF. */
  data: string
}

const eventName = /^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$/
const digits = /^[0-9]{1,20}$/
const lineEnd = /\r\n|\r|\n/

/** Throws for a name or an id that could be taken for something else. */
export function encodeEvent({ event, id, data }: OutgoingEvent): Buffer {
  if (!eventName.test(event)) throw new Error(`not the name of an event: ${JSON.stringify(event)}`)
  const lines = data.split(lineEnd).map((line) => `data: ${line}\n`)
  return Buffer.from(`${id === undefined ? '' : idLine(id)}event: ${event}\n${lines.join('')}\n`)
}

/** Moves the place from which a client resumes, without an event. */
export function encodeId(id: string): Buffer {
  return Buffer.from(`${idLine(id)}\n`)
}

/** How long a client waits before it comes back. */
export function encodeRetry(ms: number): Buffer {
  return Buffer.from(`retry: ${Math.max(0, Math.round(ms))}\n\n`)
}

/** Something to read for everybody between the two ends, and nothing for the client. */
export const comment = Buffer.from(':\n\n')

function idLine(id: string): string {
  if (!digits.test(id)) throw new Error(`not an id: ${JSON.stringify(id)}`)
  return `id: ${id}\n`
}
