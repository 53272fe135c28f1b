import path from 'node:path'
import { runForeground } from './foreground.ts'
import { projectFolder } from './paths.ts'
import { runTool } from './problem.ts'

/** npm run check: types, lint and format. All three run even when one fails, and a tool that is missing is a failure. */
const folders = ['src', 'workers', 'test', 'tools', 'proof']
const checks = [
  ['tsc', []],
  ['oxlint', ['--deny-warnings', ...folders]],
  ['oxfmt', ['--check', ...folders]],
] as const

async function main(): Promise<number> {
  let failed = 0
  for (const [tool, args] of checks) {
    const code = await runForeground(path.join(projectFolder, 'node_modules', '.bin', tool), args)
    process.stdout.write(`${code === 0 ? '✔' : '✘'} ${tool}\n`)
    if (code !== 0) failed += 1
  }
  return failed
}

await runTool(main)
