import { parseArgs } from 'node:util'
import type { ParseArgsOptionsConfig } from 'node:util'

/** Thrown with one readable line for arguments that make no sense. */
export class BadArguments extends Error {}

/** Whether somebody asks how a command is called, which is no fault. */
export function asksForHelp(args: readonly string[]): boolean {
  return args.some((arg) => arg === '--help' || arg === '-h')
}

/** What stands on the command line, by these options. Errors: `BadArguments`. */
export function parsed<const Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
  { allowPositionals = false } = {},
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals })
  } catch (error) {
    throw new BadArguments(error instanceof Error ? error.message : String(error))
  }
}
