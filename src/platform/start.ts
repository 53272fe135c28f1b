/** Thrown when a process must not start: the message says what is wrong and what to do about it, in one sentence. */
export class CannotStart extends Error {}

/** Ends a process that could not start. What an operator can mend is said in plain words, the rest with its stack. */
export function leaveWith(error: unknown): never {
  const isPlain = error instanceof Error && ['CannotStart', 'ConfigError'].includes(error.constructor.name)
  console.error(isPlain ? error.message : error)
  process.exit(1)
}
