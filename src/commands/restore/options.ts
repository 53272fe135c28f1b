import path from 'node:path'
import { BadArguments, parsed } from '../arguments.ts'

export const usage = `npm run restore -- --from FOLDER [--all-data-goes] [--without-damaged]
  Makes the installation that a backup was taken of: into a database without tables (or without people), an empty Redis, and a
  storage of pictures that is empty or that of this installation. Servers and workers must not run. One that was broken off is
  begun anew by the same command.

  --from FOLDER      what "npm run backup" has written; every byte of it is checked before anything is changed
  --all-data-goes    what the database holds goes first, all tables of its schema
  --without-damaged  where pictures or transcripts of the backup are damaged and its rows are not: restores everything else, and writes
                     transcripts anew

Ends with 3 where pictures or transcripts that rows want are missing then, whatever the reason. None of them is given up: what another
backup has, "npm run missing-files" brings.

npm run restore -- --check FOLDER
  Only checks it: ends with 0 when every byte is as it was written, else with 1.`

export type RestoreOptions =
  | { type: 'restore'; from: string; allDataGoes: boolean; withoutDamaged: boolean }
  | { type: 'check'; folder: string }

export function restoreOptions(args: readonly string[]): RestoreOptions | 'help' {
  const { values } = parsed(args, {
    from: { type: 'string' },
    check: { type: 'string' },
    'all-data-goes': { type: 'boolean', default: false },
    'without-damaged': { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  })
  if (values.help) return 'help'
  const { from, check, 'all-data-goes': allDataGoes, 'without-damaged': withoutDamaged } = values
  if (check !== undefined && (from !== undefined || allDataGoes || withoutDamaged)) {
    throw new BadArguments('--check stands alone: it changes nothing')
  }
  if (check) return { type: 'check', folder: path.resolve(check) }
  if (!from) throw new BadArguments('Say what to restore: --from FOLDER')
  return { type: 'restore', from: path.resolve(from), allDataGoes, withoutDamaged }
}
