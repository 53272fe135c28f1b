import path from 'node:path'
import { BadArguments, parsed } from '../arguments.ts'

export const usage = `npm run missing-files -- [--from BACKUP] [--gone-for-good COUNT] [--folder-is-right]
  Looks for every picture and transcript that rows want, while everything runs, and names those that are missing here. A
  transcript is written anew from the rows of its room.

  --from BACKUP          what is missing is brought from there, each file as it was written; any backup that still has it will do
  --gone-for-good COUNT  as many as are still missing then: these pictures are shown as failed, these transcripts no longer offered.
                         That is on record, and not undone by bringing the files later
  --folder-is-right      where most transcripts are not in their folder nothing is done, since its volume may not be mounted: this says
                         that they are gone indeed

Ends with 0 when nothing is missing any more, with 3 when something is, with 2 for arguments that make no sense, else with 1.`

export interface MissingOptions {
  from: string | undefined
  goneForGood: number | undefined
  /** Whether a folder without most of the transcripts is believed. */
  isFolderRight: boolean
}

export function missingOptions(args: readonly string[]): MissingOptions | 'help' {
  const { values } = parsed(args, {
    from: { type: 'string' },
    'gone-for-good': { type: 'string' },
    'folder-is-right': { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  })
  if (values.help) return 'help'
  const { from, 'gone-for-good': count, 'folder-is-right': isFolderRight } = values
  if (from === '') throw new BadArguments('--from wants the folder of a backup')
  if (count !== undefined && !/^[1-9][0-9]{0,8}$/.test(count)) {
    throw new BadArguments('--gone-for-good wants the number of what is missing, as it was said last')
  }
  return {
    from: from === undefined ? undefined : path.resolve(from),
    goneForGood: count === undefined ? undefined : Number(count),
    isFolderRight,
  }
}
