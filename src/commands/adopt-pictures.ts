import { ConfigError, loadConfig } from '../config.ts'
import { requireSchema } from '../foundation.ts'
import { adoptStorage } from '../media/index.ts'
import { connectMysql } from '../platform/mysql.ts'
import { CannotStart, requireAnswer } from '../platform/start.ts'
import { asksForHelp } from './arguments.ts'

/** npm run adopt-pictures: says that this database is the one that knows the files of the storage. */
const usage = `npm run adopt-pictures
  After a database was restored, or with pictures that were moved here: marks the folder or the bucket of the pictures as
  that of this database. From then on files that it does not know, and that are older than a day, are removed.`

async function main(args: readonly string[]): Promise<number> {
  if (asksForHelp(args)) {
    process.stdout.write(`${usage}\n`)
    return 0
  }
  if (args.length > 0) {
    process.stderr.write(`${usage}\n`)
    return 2
  }
  const config = loadConfig(process.env)
  const sql = connectMysql({ url: config.DATABASE_URL, poolMax: 2, acquireTimeoutMs: 10_000 })
  try {
    await requireAnswer('MySQL', 'DATABASE_URL', () => requireSchema(sql))
    const standing = await adoptStorage({ sql, config })
    const was = standing === 'ours' ? 'was marked as this database’s already' : `was ${standing}, and is this one's now`
    process.stdout.write(`The storage of the pictures ${was}.\n`)
  } finally {
    await sql.destroy()
  }
  return 0
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  const isPlain = error instanceof ConfigError || error instanceof CannotStart
  process.stderr.write(`${isPlain ? error.message : `adopt-pictures: ${String(error)}`}\n`)
  process.exitCode = 1
}
