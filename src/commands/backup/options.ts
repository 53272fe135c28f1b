import path from 'node:path'
import { BadArguments, parsed } from '../arguments.ts'

export const usage = `npm run backup -- --to FOLDER [--after EARLIER]
  Copies the whole installation while it runs: everything that was acknowledged before it began, the database as it is at one
  moment, all pictures and transcripts. Keys are not in it: keep the files of "npm run secrets" elsewhere.

  --to FOLDER       where to; not there yet, empty, or a backup that was broken off, which then goes on
  --after EARLIER   a backup of before: pictures and transcripts that it has are linked from there, and not copied again, but for those
                    that are damaged there

Ends with 0 when all of it is there; with 3 when files are missing that rows want (MISSING), are in the backup and gone from the
installation (GONE HERE), or cannot be read there (UNREADABLE); with 4 when all of it is there and files of EARLIER are damaged: look at its disk; with 2 for arguments that make no sense; else with 1.
"npm run restore -- --check FOLDER" looks whether it can be restored.`

export interface BackupOptions {
  to: string
  after: string | undefined
}

export function backupOptions(args: readonly string[]): BackupOptions | 'help' {
  const { values } = parsed(args, {
    to: { type: 'string' },
    after: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  })
  if (values.help) return 'help'
  if (values.to === undefined || values.to === '') throw new BadArguments('Say where to: --to FOLDER')
  const to = path.resolve(values.to)
  const after = values.after === undefined ? undefined : path.resolve(values.after)
  if (to === after) throw new BadArguments('--after names the folder of --to: a backup cannot follow itself')
  return { to, after }
}
