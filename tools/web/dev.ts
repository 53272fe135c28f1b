import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { runForeground } from '../foreground.ts'
import { localLayout } from '../local/layout.ts'
import { projectFolder } from '../paths.ts'
import { Problem, runTool } from '../problem.ts'

/**
 * npm run web:dev [-- --data FOLDER] [options of Vite]
 *
 * The client as it is written, with hot reload, before the stack of `npm start` (or that of `npm start -- --data FOLDER`), or before the one at
 * MADANG_ADDRESS.
 */
async function main(): Promise<number> {
  const { folder, options } = takeFolder(process.argv.slice(2))
  const address = process.env['MADANG_ADDRESS'] || addressOfStack(localLayout(folder).stack)
  process.stdout.write(`Before the stack at ${address}\n`)
  const vite = path.join(projectFolder, 'node_modules', 'vite', 'bin', 'vite.js')
  const env = { ...process.env, MADANG_ADDRESS: address }
  return runForeground(process.execPath, [vite, path.join(projectFolder, 'web'), ...options], { env })
}

function takeFolder([option, folder, ...rest]: string[]): { folder: string | undefined; options: string[] } {
  if (option === '--data' && folder !== undefined) return { folder: path.resolve(folder), options: rest }
  return { folder: undefined, options: [option, folder, ...rest].filter((word) => word !== undefined) }
}

function addressOfStack(file: string): string {
  if (!existsSync(file)) throw new Problem(`No stack has been started here: run npm start in another terminal first`)
  const { address }: { address: string } = JSON.parse(readFileSync(file, 'utf8'))
  return address
}

await runTool(main)
