import { ConfigError, loadConfig } from '../config.ts'
import type { Config } from '../config.ts'
import { openPictureFiles } from '../media/index.ts'
import { TablesAreLocked } from '../migrations/index.ts'
import { connectMysql } from '../platform/mysql.ts'
import { CannotStart, requireAnswer } from '../platform/start.ts'
import { BadArguments } from './arguments.ts'
import { DamagedBackup } from './backup/manifest.ts'
import { CannotSettle, findMissing } from './missing/find.ts'
import { missingOptions, usage } from './missing/options.ts'
import type { MissingOptions } from './missing/options.ts'

type Outcome = Awaited<ReturnType<typeof findMissing>>

/** npm run missing-files: brings back pictures and transcripts that rows want, or says that they are gone. */
async function main(args: readonly string[]): Promise<number> {
  const options = missingOptions(args)
  if (options === 'help') {
    say(usage)
    return 0
  }
  const outcome = await find(loadConfig(process.env), options)
  say(reportOf(options, outcome))
  return outcome.missing.length === 0 || outcome.isGivenUp ? 0 : 3
}

const say = (text: string): void => void process.stdout.write(`${text}\n`)

async function find(config: Config, options: MissingOptions): Promise<Outcome> {
  const sql = connectMysql({ url: config.DATABASE_URL, poolMax: 4, acquireTimeoutMs: 60_000 })
  const pictures = await openPictureFiles(config)
  try {
    await requireAnswer('MySQL', 'DATABASE_URL', async () => await sql.raw('SELECT 1'))
    return await findMissing({ config, sql, pictures }, options)
  } finally {
    pictures.close()
    await sql.destroy()
  }
}

function reportOf({ goneForGood }: MissingOptions, { brought, written, missing, isGivenUp }: Outcome): string {
  return [
    ...brought.map((name) => `BROUGHT  ${name}`),
    ...written.map((name) => `WRITTEN ANEW  ${name}`),
    ...missing.map((name) => `${isGivenUp ? 'GIVEN UP' : 'MISSING'}  ${name}`),
    endOf(goneForGood, missing.length, isGivenUp),
  ].join('\n')
}

function endOf(said: number | undefined, missing: number, isGivenUp: boolean): string {
  if (missing === 0) return 'Nothing that rows want is missing here.'
  const [are, them] = missing === 1 ? ['is', 'it'] : ['are', 'them']
  if (isGivenUp) return `${missing} ${are} given up: pictures are shown as failed, transcripts are no longer offered.`
  const refused = said === undefined ? '' : `--gone-for-good says ${said}, so nothing is given up. `
  return `${refused}${missing} ${are} missing. --from BACKUP brings what that backup has; --gone-for-good ${missing} gives ${them} up.`
}

const plain = [ConfigError, CannotSettle, CannotStart, TablesAreLocked, DamagedBackup, BadArguments]

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  const isPlain = plain.some((kind) => error instanceof kind)
  process.stderr.write(`${isPlain && error instanceof Error ? error.message : `missing-files: ${String(error)}`}\n`)
  if (error instanceof BadArguments) process.stderr.write(`\n${usage}\n`)
  process.exitCode = error instanceof BadArguments ? 2 : 1
}
