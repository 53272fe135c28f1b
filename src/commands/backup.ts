import path from 'node:path'
import { createRosters } from '../chat/index.ts'
import { ConfigError, loadConfig } from '../config.ts'
import type { Config } from '../config.ts'
import { createStoring } from '../ledger/index.ts'
import { openPictureFiles } from '../media/index.ts'
import { TablesAreLocked } from '../migrations/index.ts'
import { createLog } from '../platform/log.ts'
import { connectMysql } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import { closeRedis } from '../platform/redis.ts'
import { CannotStart, requireAnswer } from '../platform/start.ts'
import { BadArguments } from './arguments.ts'
import { DamagedBackup } from './backup/manifest.ts'
import { backupOptions, usage } from './backup/options.ts'
import type { BackupOptions } from './backup/options.ts'
import { takeBackup } from './backup/take.ts'
import type { Taken } from './backup/take.ts'
import { DiskIsFull } from './backup/target.ts'
import { openRedis } from './open-redis.ts'
import { progressBar } from './seed/bar.ts'

/** npm run backup: copies the whole installation while it runs. */
async function main(args: readonly string[]): Promise<number> {
  const options = backupOptions(args)
  if (options === 'help') {
    say(usage)
    return 0
  }
  const taken = await backUp(loadConfig(process.env), options)
  say(reportOf(options, taken))
  return endingOf(taken)
}

/** What the installation lacks is worse than what an earlier backup has lost. */
function endingOf({ manifest, damagedBefore, goneHere, unreadable }: Taken): number {
  const missing = manifest.pictures.missing.length + manifest.transcripts.missing.length
  if (missing + goneHere.length + unreadable.length > 0) return 3
  return damagedBefore.length === 0 ? 0 : 4
}

const say = (text: string): void => void process.stdout.write(`${text}\n`)

async function backUp(config: Config, options: BackupOptions): Promise<Taken> {
  const log = createLog({ level: 'warn', service: 'backup' })
  const url = config.DATABASE_URL
  const connect = (poolMax: number): Sql => connectMysql({ url, poolMax, acquireTimeoutMs: 60_000 })
  const [sql, snapshots] = [connect(10), connect(1)]
  const redis = openRedis({ config, name: 'backup', log })
  const pictures = await openPictureFiles(config)
  const bar = progressBar()
  try {
    await requireAnswer('MySQL', 'DATABASE_URL', async () => await sql.raw('SELECT 1'))
    await requireAnswer('Redis', 'REDIS_URL', () => redis.ping())
    const storing = await createStoring({ config, sql, redis, log, rooms: createRosters(sql) })
    return await takeBackup({ config, sql, snapshots, storing, pictures, progress: bar }, options)
  } finally {
    bar.stop()
    pictures.close()
    await closeRedis(redis)
    await Promise.all([sql.destroy(), snapshots.destroy()])
  }
}

function reportOf({ to, after = '' }: BackupOptions, { manifest, damagedBefore, goneHere, unreadable }: Taken): string {
  const { database, pictures, transcripts, keeps, files } = manifest
  const rows = database.tables.reduce((sum, table) => sum + table.rows, 0)
  const missing = [...transcripts.missing, ...pictures.missing]
  return [
    `${to}: ${rows} rows of ${database.tables.length} tables, ${transcripts.files} transcripts, ${pictures.files} files of pictures, ${files.bytes} bytes.`,
    `Everything that was acknowledged before ${keeps} is in it.`,
    ...named(
      'DAMAGED',
      damagedBefore.map((file) => path.join(after, file)),
      ({ files: some, are, them }) =>
        `${some} ${are} damaged in the earlier backup, and in those that share ${them}. This one has ${them} anew.`,
    ),
    ...named(
      'GONE HERE',
      goneHere,
      ({ files: some, them }) =>
        `${some} this backup has from the earlier one alone: this installation no longer has ${them}.`,
    ),
    ...named(
      'UNREADABLE',
      unreadable.map(({ name, code }) => `${name} (${code})`),
      ({ files: some, them }) =>
        `${some} cannot be read where this installation keeps ${them}: look at that disk first. This backup has what an earlier one had.`,
    ),
    ...named(
      'MISSING',
      missing,
      ({ files: some, are, them }) => `${some} ${are} missing or damaged where this installation keeps ${them}.`,
    ),
  ].join('\n')
}

const one = { files: '1 file', are: 'is', them: 'it' }

/** A line each, and one for all of them; nothing without any. */
function named(mark: string, names: readonly string[], summary: (words: typeof one) => string): string[] {
  if (names.length === 0) return []
  const words = names.length === 1 ? one : { files: `${names.length} files`, are: 'are', them: 'them' }
  return [...names.map((name) => `${mark}  ${name}`), summary(words)]
}

const plain = [ConfigError, CannotStart, TablesAreLocked, DamagedBackup, DiskIsFull, BadArguments]

try {
  process.exit(await main(process.argv.slice(2)))
} catch (error) {
  const isPlain = plain.some((kind) => error instanceof kind)
  process.stderr.write(`${isPlain && error instanceof Error ? error.message : `backup: ${String(error)}`}\n`)
  if (error instanceof BadArguments) process.stderr.write(`\n${usage}\n`)
  process.exit(error instanceof BadArguments ? 2 : 1)
}
