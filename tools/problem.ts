/** Something that the person at the keyboard can put right: shown as one sentence, without a stack. */
export class Problem extends Error {}

/** Runs a tool to its end; the exit code says whether it worked. */
export async function runTool(main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main()
  } catch (error) {
    process.stderr.write(`${error instanceof Problem ? error.message : describe(error)}\n`)
    process.exitCode = 1
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
