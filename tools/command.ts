import { existsSync } from 'node:fs'
import path from 'node:path'
import { runForeground } from './foreground.ts'
import { dataFolder, projectFolder } from './paths.ts'
import { Problem, runTool } from './problem.ts'

/**
 * Runs one of the project's commands (`tools/command.ts src/commands/grant.ts …`) with the settings of this machine: the
 * environment, then `.env`, then, when neither names a database or a Redis, those of the local stack of `npm start`.
 */
async function main(): Promise<number> {
  const [script, ...args] = process.argv.slice(2)
  if (script === undefined) throw new Problem('Usage: tools/command.ts SCRIPT [arguments]')
  loadSettings(path.join(projectFolder, '.env'))
  const isElsewhere = Boolean(process.env['DATABASE_URL'] || process.env['REDIS_URL'])
  if (!isElsewhere) loadSettings(path.join(dataFolder, 'local', 'stack.env'))
  return runForeground(process.execPath, [path.join(projectFolder, script), ...args])
}

/** What is set already stays as it is. */
function loadSettings(file: string): void {
  if (existsSync(file)) process.loadEnvFile(file)
}

await runTool(main)
