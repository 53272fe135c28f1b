/** A line of a log, as JSON; what other programs say on the same output is none. */
export type LogLine = Readonly<Record<string, unknown>>

export function linesOf(log: string): LogLine[] {
  return log.split('\n').flatMap((line) => {
    try {
      const value: unknown = JSON.parse(line)
      return typeof value === 'object' && value !== null ? [value as LogLine] : []
    } catch {
      return []
    }
  })
}

/** Lines that name this request, or a frame of this socket. */
export function linesAbout(log: string, requestId: string): LogLine[] {
  return linesOf(log).filter((line) => String(line['requestId'] ?? '').split('.')[0] === requestId)
}
