import path from 'node:path'
import { runForeground } from './foreground.ts'
import { faultsOfLockFiles } from './lock-file.ts'
import { projectFolder } from './paths.ts'
import { runTool } from './problem.ts'

/** npm run check: types, lint, format, lock files. All run even when one fails, and a tool that is missing is a failure. */
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
  return failed + (checkLockFiles() ? 0 : 1)
}

function checkLockFiles(): boolean {
  const faults = faultsOfLockFiles()
  process.stdout.write(
    `${faults.length === 0 ? '✔' : '✘'} lock files\n${faults.map((fault) => `  ${fault}\n`).join('')}`,
  )
  return faults.length === 0
}

await runTool(main)
