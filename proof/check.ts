import { readHistory } from './history/history.ts'
import { check, readSavedRecord, report } from './checker/index.ts'
import { Problem, runTool } from '../tools/problem.ts'

/**
 * node tools/launcher.mjs proof/check.ts HISTORY.jsonl RECORD.json
 *
 * Judges a saved run again: what its clients did and saw against what the system held afterwards. Ends with 0 when every promise
 * was kept, 1 when one was broken.
 */
async function main(): Promise<number> {
  const [history, saved, ...more] = process.argv.slice(2)
  if (history === undefined || saved === undefined || more.length > 0) {
    throw new Problem('Usage: node tools/launcher.mjs proof/check.ts HISTORY.jsonl RECORD.json')
  }
  const verdict = check(readable(history, readHistory), readable(saved, readSavedRecord))
  process.stdout.write(`${report(verdict)}\n`)
  return verdict.violations.length === 0 ? 0 : 1
}

function readable<T>(file: string, read: (file: string) => T): T {
  try {
    return read(file)
  } catch (error) {
    throw new Problem(`${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

await runTool(main)
