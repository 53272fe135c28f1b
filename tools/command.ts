import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseEnv } from 'node:util'
import { loadEnvFile, loadStackFile, overrideSettings } from './env-file.ts'
import { runForeground } from './foreground.ts'
import { dataFolder, projectFolder } from './paths.ts'
import { Problem, runTool } from './problem.ts'

/**
 * Runs one of the project's commands (`tools/command.ts src/commands/grant.ts …`) with the settings of this machine: the
 * environment, then `.env`, then, when neither names a database or a Redis, those of the local stack of `npm start`; one of them
 * alone may be of another site, so that a command that fails says how the stack is named. With `--data FOLDER` behind the script
 * it is the stack of `npm start -- --data FOLDER`, whatever else is set.
 */
async function main(): Promise<number> {
  const [script, ...given] = process.argv.slice(2)
  if (script === undefined) throw new Problem('Usage: tools/command.ts SCRIPT [--data FOLDER] [arguments]')
  const { folder, args } = takeFolder(given)
  if (folder !== undefined) useStack(folder)
  // Who keeps out what `.env` names by an empty one means no other database.
  const named = { ...loadEnvFile(process.env) }
  const stack = path.join(dataFolder, 'local', 'stack.env')
  const lacking = addresses.filter((name) => !isGiven(process.env, name) && !isGiven(named, name))
  if (lacking.length === addresses.length) loadStackFile(process.env, stack)
  const code = await runForeground(process.execPath, [path.join(projectFolder, script), ...args])
  const [missing, ...others] = addresses.filter((name) => !isGiven(process.env, name))
  if (code !== 0 && missing !== undefined && others.length === 0 && existsSync(stack)) {
    process.stderr.write(
      `${missing} is not given, and the other address is: for the stack of npm start say --data .data/local first\n`,
    )
  }
  return code
}

const addresses = ['DATABASE_URL', 'REDIS_URL']

function isGiven(settings: Record<string, string | undefined>, name: string): boolean {
  return Boolean(settings[name] || settings[`${name}_FILE`])
}

/** The stack that is named first, and what is left for the command. */
function takeFolder([option, ...rest]: string[]): { folder?: string; args: string[] } {
  if (option !== '--data') return { args: option === undefined ? [] : [option, ...rest] }
  const [folder, ...args] = rest
  if (folder === undefined) throw new Problem('--data wants the folder that npm start was given')
  return { folder: path.resolve(folder), args }
}

function useStack(folder: string): void {
  const file = path.join(folder, 'stack.env')
  if (!existsSync(file)) throw new Problem(`${file} is not there: has npm start been run with --data ${folder}?`)
  const stack = { MADANG_STACK: path.join(folder, 'stack.json') }
  overrideSettings(process.env, { ...parseEnv(readFileSync(file, 'utf8')), ...stack })
}

await runTool(main)
