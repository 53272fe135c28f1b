/** A process with what it has logged: JSON lines, and whatever Node wrote itself. */
export interface Log {
  name: string
  text: string
}

const alarming = [
  /unhandled ?rejection/i,
  /uncaught ?exception/i,
  /ER_DUP_ENTRY|errno"?: ?1062/,
  /did not settle what it answered/,
  /ERR_UNHANDLED/,
]
const grave: ReadonlySet<unknown> = new Set(['error', 'fatal', 50, 60])
const longest = 400

/**
 * What a whole system may say at level 50 and above while it is being hurt, each with its reason. Whatever else is said there is a
 * defect.
 */
const excused: Readonly<Record<string, string>> = {
  'acknowledged entries may be lost': 'C10 asks whether anything was done that may lose them',
  'the buffer does not join': 'the same: what is parked stands apart',
  'messages could be lost here': 'it is about a setting: a stack may be told to do with a weaker disk',
  'closing failed': 'who stops while a service is away cannot always say good-bye',
  'stopping failed': 'the same',
}

/** Lines of logs that must not be, bounded, each with the process that wrote it. */
export function alarmsIn(logs: readonly Log[]): string[] {
  return logs.flatMap(({ name, text }) =>
    text
      .split('\n')
      .filter((line) => alarming.some((pattern) => pattern.test(line)) || isGrave(line))
      .map((line) => `${name}: ${line.slice(0, longest)}`),
  )
}

function isGrave(line: string): boolean {
  const { level, msg } = read(line)
  return grave.has(level) && !(typeof msg === 'string' && Object.hasOwn(excused, msg))
}

/** A line that is no JSON (of Nginx, of Node itself, or cut off by a kill) says nothing of this kind. */
function read(line: string): { level?: unknown; msg?: unknown } {
  if (!line.startsWith('{')) return {}
  try {
    return JSON.parse(line) as { level?: unknown; msg?: unknown }
  } catch {
    return {}
  }
}
