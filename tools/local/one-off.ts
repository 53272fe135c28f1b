import path from 'node:path'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { lastLines } from '../logs.ts'
import { projectFolder } from '../paths.ts'
import { Problem } from '../problem.ts'
import type { ChildEnv } from './settings.ts'

/** Runs one of the project's commands to its end; its output goes to `log` and is returned. */
export async function runCommand(options: { script: string; log: string; env: ChildEnv }): Promise<string> {
  const output = openSync(options.log, 'w', 0o600)
  const child = spawn(process.execPath, [path.join(projectFolder, options.script)], {
    cwd: projectFolder,
    env: options.env,
    stdio: ['ignore', output, output],
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('exit', resolve)
  }).finally(() => closeSync(output))
  if (code !== 0) throw new Problem(`${options.script} failed; the end of ${options.log}:\n${lastLines(options.log)}`)
  return readFileSync(options.log, 'utf8')
}
