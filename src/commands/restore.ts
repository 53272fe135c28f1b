import { ConfigError, loadConfig } from '../config.ts'
import type { Config } from '../config.ts'
import { openPictureFiles } from '../media/index.ts'
import { CannotMigrate, TablesAreLocked } from '../migrations/index.ts'
import { createLog } from '../platform/log.ts'
import { connectMysql } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import { closeRedis } from '../platform/redis.ts'
import { CannotStart, requireAnswer } from '../platform/start.ts'
import { BadArguments } from './arguments.ts'
import { checkBackup, unknownMigrations, withoutThem } from './backup/check.ts'
import { DamagedBackup } from './backup/manifest.ts'
import { restoreOptions, usage } from './restore/options.ts'
import type { RestoreOptions } from './restore/options.ts'
import { openRedis } from './open-redis.ts'
import { CannotRestore } from './restore/refusals.ts'
import { restoreBackup } from './restore/run.ts'
import type { Restored } from './restore/run.ts'
import { progressBar } from './seed/bar.ts'

/** npm run restore: makes the installation that a backup was taken of, or only checks the backup. */
async function main(args: readonly string[]): Promise<number> {
  const options = restoreOptions(args)
  if (options === 'help') {
    say(usage)
    return 0
  }
  if (options.type === 'check') return check(options.folder)
  const restored = await restore(loadConfig(process.env), options)
  say(reportOf(restored))
  return restored.missing.length === 0 ? 0 : 3
}

const say = (text: string): void => void process.stdout.write(`${text}\n`)

/** Needs no setting and no service. */
async function check(folder: string): Promise<number> {
  const bar = progressBar()
  const { manifest, faults, areRowsWhole } = await checkBackup(folder, bar).finally(() => bar.stop())
  for (const fault of faults) say(`WRONG  ${fault}`)
  const unknown = unknownMigrations(manifest)
  const { count, bytes } = manifest.files
  say(
    faults.length === 0
      ? `${count} files, ${bytes} bytes, all as they were written. Everything that was acknowledged before ${manifest.keeps} is in it.`
      : `The backup is damaged.${areRowsWhole ? ` ${withoutThem}` : ''}`,
  )
  if (unknown.length > 0) say(`It takes a newer version than this to restore it (${manifest.madang}).`)
  return faults.length === 0 ? 0 : 1
}

async function restore(config: Config, options: RestoreOptions & { type: 'restore' }): Promise<Restored> {
  const log = createLog({ level: 'warn', service: 'restore' })
  const connect = (poolMax: number): Sql =>
    connectMysql({ url: config.DATABASE_URL, poolMax, acquireTimeoutMs: 60_000 })
  const [sql, snapshots] = [connect(4), connect(1)]
  const redis = openRedis({ config, name: 'restore', log })
  const pictures = await openPictureFiles(config)
  const bar = progressBar()
  try {
    await requireAnswer('MySQL', 'DATABASE_URL', async () => await sql.raw('SELECT 1'))
    await requireAnswer('Redis', 'REDIS_URL', () => redis.ping())
    return await restoreBackup({ config, sql, snapshots, redis, pictures, progress: bar }, options)
  } finally {
    bar.stop()
    pictures.close()
    await closeRedis(redis)
    await Promise.all([sql.destroy(), snapshots.destroy()])
  }
}

function reportOf({ manifest, migrated, damagedFiles, written, missing, standing }: Restored): string {
  const { database, transcripts, pictures } = manifest
  const rows = database.tables.reduce((sum, table) => sum + table.rows, 0)
  return [
    `${rows} rows of ${database.tables.length} tables, each read back and compared; ${transcripts.files} transcripts, ${pictures.files} files of pictures.`,
    ...(migrated.length === 0 ? [] : [`Migrated from there: ${migrated.join(', ')}.`]),
    ...damagedFiles.map((file) => `DAMAGED  ${file}`),
    ...written.map((name) => `WRITTEN ANEW  ${name}`),
    ...missing.map((name) => `MISSING  ${name}`),
    ...(missing.length === 0
      ? []
      : [
          `${missing.length === 1 ? '1 is missing, and rows want it' : `${missing.length} are missing, and rows want them`}: "npm run missing-files -- --from OTHER" brings what another backup has.`,
        ]),
    `This is the installation as of ${manifest.takenAt}. What was acknowledged after ${manifest.keeps} may be missing.`,
    ...(standing === 'ours'
      ? []
      : [`The storage of the pictures is ${standing}: "npm run adopt-pictures" says that this database counts.`]),
    'Start servers and workers now.',
  ].join('\n')
}

const plain = [ConfigError, CannotRestore, CannotMigrate, CannotStart, TablesAreLocked, DamagedBackup, BadArguments]

try {
  process.exit(await main(process.argv.slice(2)))
} catch (error) {
  const isPlain = plain.some((kind) => error instanceof kind)
  process.stderr.write(`${isPlain && error instanceof Error ? error.message : `restore: ${String(error)}`}\n`)
  if (error instanceof BadArguments) process.stderr.write(`\n${usage}\n`)
  process.exit(error instanceof BadArguments ? 2 : 1)
}
