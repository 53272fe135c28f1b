import { ConfigError } from '../config.ts'
import { Problem } from '../platform/errors.ts'
import { roles } from '../platform/http/viewer.ts'
import type { Role } from '../platform/http/viewer.ts'
import { CannotStart } from '../platform/start.ts'
import { asksForHelp } from './arguments.ts'
import { withAccounts } from './with-accounts.ts'

/** npm run grant: gives a person a role, as an admin would; the only way to the first admin. */
const usage = `npm run grant -- USERNAME member|mentor|admin
  The change is on record and holds from the person's next request on.`

async function main(args: readonly string[]): Promise<number> {
  if (asksForHelp(args)) {
    process.stdout.write(`${usage}\n`)
    return 0
  }
  const [username, role, ...rest] = args
  if (username === undefined || role === undefined || !isRole(role) || rest.length > 0) {
    process.stderr.write(`${usage}\n`)
    return 2
  }
  await withAccounts('grant', (accounts) => accounts.grantRole({ username, role, by: undefined, via: 'command' }))
  process.stdout.write(`${username} is ${role} now.\n`)
  return 0
}

function isRole(text: string): text is Role {
  return roles.some((role) => role === text)
}

const plain = [ConfigError, CannotStart, Problem]

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  const isPlain = plain.some((kind) => error instanceof kind)
  process.stderr.write(`${isPlain && error instanceof Error ? error.message : `grant: ${String(error)}`}\n`)
  process.exitCode = 1
}
