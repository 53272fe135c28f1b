import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { projectFolder } from './paths.ts'

/**
 * Runs a program in our terminal and answers with its exit code, 127 when it is missing. Signals go to it, and we end
 * after it. With `onText` its output passes through us on its way to the screen.
 */
export function runForeground(
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; onText?: (text: string) => void } = {},
): Promise<number> {
  const { env = process.env, onText } = options
  const isColored = onText !== undefined && process.stdout.isTTY && !env['NO_COLOR']
  const child = spawn(command, args, {
    cwd: projectFolder,
    env: isColored ? { ...env, FORCE_COLOR: '1' } : env,
    stdio: ['inherit', onText === undefined ? 'inherit' : 'pipe', 'inherit'],
  })
  child.stdout?.on('data', (chunk: Buffer) => {
    process.stdout.write(chunk)
    onText?.(chunk.toString())
  })
  // A terminal sends Ctrl-C to both of us; anyone else sends it to this process alone.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
  return new Promise((resolve) => {
    child.on('error', (error) => {
      process.stderr.write(`${error.message}\n`)
      resolve(127)
    })
    child.on('close', (code, signal) => resolve(code ?? 128 + (signal === null ? 1 : constants.signals[signal])))
  })
}
