import path from 'node:path'
import { parseArgs } from 'node:util'
import { Problem } from '../tools/problem.ts'
import type { MeasureId } from './contract.ts'

export interface Asked {
  /** Empty where growth is asked for. */
  ids: readonly MeasureId[]
  /** Ids of the sweeps of `growth`, when that is asked for. */
  sweeps: readonly string[] | undefined
  rounds: number
  seconds: number
  scale: number
  isDirect: boolean
  jsonFile: string | undefined
  svgFolder: string | undefined
}

/** Results of runs are to be kept and shown. */
export interface TableAsked {
  /** JSON files of runs that are taken in; none where what is kept is only to be shown anew. */
  table: readonly string[]
}

export const usage = `npm run bench -- P1 [P4 …] | all | growth [WHAT …] [--rounds N] [--seconds S] [--scale X] [--direct] [--json FILE] [--svg FOLDER]
npm run bench -- table [FILE …]
  P1 … P14       the measures to take; --list names them
  growth         what a message, a page or a connection costs as there are more of them; all, or listeners, rooms, …
  table          keeps what --json wrote in bench/results, and writes plots and the tables of bench/README.md from all that is kept
  --rounds N     paired rounds (3); fewer than 3 are a trial
  --seconds S    length of a round, where a measure has a length (10); fewer than 5 are a trial
  --scale X      share of the full size, above 0 up to 1 (1); less is a trial
  --direct       chat and streams without Nginx: they go to the servers themselves, of all contestants
  --json FILE    writes every round, the ratios and the machine
  --svg FOLDER   writes a plot a measure
  --list         names the measures and their bars`

/** What was asked for on the command line. Throws a `Problem` in words for the person who typed it. */
export function benchOptions(
  args: readonly string[],
  known: readonly MeasureId[],
  knownSweeps: readonly string[] = [],
): Asked | TableAsked | 'help' | 'list' {
  const { values, positionals } = parse(args)
  if (values.help) return 'help'
  if (values.list) return 'list'
  const [first] = positionals
  if (first === 'table') return tableOf(positionals.slice(1), values)
  const isGrowth = first?.toLowerCase() === 'growth'
  if (isGrowth) refuse(values, ['rounds', 'direct'], 'growth takes each size once and comes in through Nginx')
  return {
    ids: isGrowth ? [] : idsOf(positionals, known),
    sweeps: isGrowth ? sweepsOf(positionals.slice(1), knownSweeps) : undefined,
    rounds: numberOf('rounds', values.rounds ?? '3', (value) => Number.isInteger(value) && value >= 1 && value <= 1000),
    seconds: numberOf('seconds', values.seconds ?? '10', (value) => value > 0 && value <= 3600),
    scale: numberOf('scale', values.scale ?? '1', (value) => value > 0 && value <= 1),
    isDirect: values.direct ?? false,
    jsonFile: values.json === undefined ? undefined : path.resolve(values.json),
    svgFolder: values.svg === undefined ? undefined : path.resolve(values.svg),
  }
}

const fewestRounds = 3
const fewestSeconds = 5

/** Why the figures of such a run do not count; undefined where they do. */
export function trialOf(asked: Pick<Asked, 'sweeps' | 'rounds' | 'seconds' | 'scale'>): string | undefined {
  const { sweeps, rounds, seconds, scale } = asked
  const reasons = [
    ...(sweeps === undefined && rounds < fewestRounds ? [`${rounds} of at least ${fewestRounds} rounds`] : []),
    ...(seconds < fewestSeconds ? [`rounds of ${seconds} of at least ${fewestSeconds} seconds`] : []),
    ...(scale === 1 ? [] : [`${scale} of the full size`]),
  ]
  return reasons.length === 0 ? undefined : reasons.join(', ')
}

function tableOf(files: readonly string[], values: Values): TableAsked {
  refuse(values, ['rounds', 'seconds', 'scale', 'direct', 'json', 'svg'], 'table measures nothing')
  return { table: files.map((file) => path.resolve(file)) }
}

/** What would be passed over in silence is better refused. */
function refuse(values: Values, names: readonly (keyof Values)[], because: string): void {
  const given = names.filter((name) => values[name] !== undefined)
  if (given.length > 0) throw new Problem(`${because}: ${given.map((name) => `--${name}`).join(', ')} cannot be used`)
}

function idsOf(words: readonly string[], known: readonly MeasureId[]): MeasureId[] {
  if (words.length === 0) throw new Problem(`Say which measure to take\n${usage}`)
  if (words.length === 1 && words[0] === 'all') return [...known]
  const wanted = new Set(words.map((word) => word.toUpperCase()))
  const strange = [...wanted].filter((word) => !known.some((id) => id === word))
  if (strange.length > 0) throw new Problem(`There is no measure ${strange.join(', ')}: ${known.join(', ')}, or all`)
  return known.filter((id) => wanted.has(id))
}

function sweepsOf(words: readonly string[], known: readonly string[]): string[] {
  const strange = words.filter((word) => !known.includes(word))
  if (strange.length > 0) throw new Problem(`Growth of ${strange.join(', ')} is not known: ${known.join(', ')}`)
  return known.filter((id) => words.length === 0 || words.includes(id))
}

function numberOf(name: string, text: string, isRight: (value: number) => boolean): number {
  const value = Number(text)
  if (text.trim() !== '' && isRight(value)) return value
  throw new Problem(`--${name} ${text} cannot be used\n${usage}`)
}

type Values = ReturnType<typeof parse>['values']

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        scale: { type: 'string' },
        direct: { type: 'boolean' },
        json: { type: 'string' },
        svg: { type: 'string' },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (error) {
    throw new Problem(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
  }
}
