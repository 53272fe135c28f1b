import { join } from 'node:path'
import { BadArguments } from './arguments.ts'
import { progressBars } from './replay/bars.ts'
import { findMentor } from './replay/mentor.ts'
import { replayKey, replayOptions, usage } from './replay/options.ts'
import type { CommandOptions } from './replay/options.ts'
import { paceOf } from './replay/patience.ts'
import { replay } from './replay/run.ts'
import type { ReplayOutcome } from './replay/run.ts'
import { tableOf } from './replay/table.ts'

/** npm run replay: the main job of Madang on real chat logs, from sign-up to a verified receipt. */
async function main(args: readonly string[]): Promise<number> {
  const options = replayOptions(args)
  if (options === 'help') {
    say(usage)
    return 0
  }
  const outcome = await run(options)
  say(reportOf(options, outcome))
  return outcome.faults.length === 0 ? 0 : 1
}

const say = (text: string): void => void process.stdout.write(`${text}\n`)

async function run({ mentor, linesPerSecond, ...options }: CommandOptions): Promise<ReplayOutcome> {
  const bars = progressBars()
  try {
    return await replay({
      ...options,
      key: replayKey(join(options.folder, 'key')),
      mentor: (stage) => findMentor(stage, { given: mentor, env: process.env }),
      progress: bars.progress,
      ...(linesPerSecond === undefined ? {} : { beforeLine: paceOf(linesPerSecond) }),
    })
  } finally {
    bars.stop()
  }
}

function reportOf(options: CommandOptions, outcome: ReplayOutcome): string {
  const served = [...outcome.servers].toSorted().map(([name, connections]) => `${name} ${connections}`)
  return [
    tableOf(outcome.rooms),
    '',
    `connections by server: ${served.join(', ')}`,
    `receipts, transcripts and keys: ${options.folder}`,
    ...(outcome.split === 0 ? [] : [`${outcome.split} lines were too long for one message and sent as several`]),
    ...(outcome.limited === undefined ? [] : [outcome.limited]),
    ...outcome.faults.map((fault) => `WRONG  ${fault}`),
    outcome.faults.length === 0
      ? 'All that was acknowledged is stored once, in order, and every listener heard all of it.'
      : `${outcome.faults.length} things are wrong.`,
  ].join('\n')
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  if (error instanceof BadArguments) process.stderr.write(`\n${usage}\n`)
  process.exitCode = error instanceof BadArguments ? 2 : 1
}
