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
const longest = 400

/** Lines of logs that must not be, bounded, each with the process that wrote it. */
export function alarmsIn(logs: readonly Log[]): string[] {
  return logs.flatMap(({ name, text }) =>
    text
      .split('\n')
      .filter((line) => alarming.some((pattern) => pattern.test(line)))
      .map((line) => `${name}: ${line.slice(0, longest)}`),
  )
}
