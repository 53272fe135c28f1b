import { parseArgs } from 'node:util'
import { ConfigError } from '../config.ts'
import { Problem } from '../platform/errors.ts'
import { CannotStart } from '../platform/start.ts'
import { asksForHelp } from './arguments.ts'
import { withAccounts } from './with-accounts.ts'

/** npm run new-password: the way back for somebody who has forgotten their password. */
const usage = `npm run new-password -- USERNAME [--hours N]
  Prints a link by which whoever opens it chooses a new password for this account, once, within 24 hours (or N, 1 to 168). Until
  then nothing changes; then all its sessions end. The next link takes the place of this one. Both are on record.`

const standardHours = 24
const mostHours = 168

async function main(args: readonly string[]): Promise<number> {
  if (asksForHelp(args)) {
    process.stdout.write(`${usage}\n`)
    return 0
  }
  const asked = parse(args)
  if (asked === undefined) {
    process.stderr.write(`${usage}\n`)
    return 2
  }
  const { username } = asked
  const { link, until } = await withAccounts('new-password', async (accounts, config) => {
    const given = await accounts.givePasswordTicket(asked)
    // Behind the #, which browsers send to no server, so that it is in no log.
    return { link: new URL(`/new-password#${given.ticket}`, config.PUBLIC_ORIGIN).href, until: given.until }
  })
  process.stdout.write(
    [
      `${username} may choose a new password here, once, until ${until.toISOString()}:`,
      `  ${link}`,
      `Whoever opens it has the account: give it to ${username} alone, by a way that nobody else reads.`,
      '',
    ].join('\n'),
  )
  return 0
}

function parse(args: readonly string[]): { username: string; hours: number } | undefined {
  try {
    const options = { hours: { type: 'string', default: String(standardHours) } } as const
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    const [username, ...rest] = positionals
    const hours = /^[1-9]\d{0,2}$/.test(values.hours) ? Number(values.hours) : mostHours + 1
    return username === undefined || rest.length > 0 || hours > mostHours ? undefined : { username, hours }
  } catch {
    return undefined
  }
}

const plain = [ConfigError, CannotStart, Problem]

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  const isPlain = plain.some((kind) => error instanceof kind)
  process.stderr.write(`${isPlain && error instanceof Error ? error.message : `new-password: ${String(error)}`}\n`)
  process.exitCode = 1
}
