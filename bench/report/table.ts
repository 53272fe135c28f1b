import type { Bars, Measure } from '../contract.ts'
import { inOneLine } from '../machine.ts'
import type { Machine } from '../machine.ts'
import { showBar, showRatio } from '../ratios.ts'
import type { Judged, Outcome } from '../ratios.ts'
import { mediansOf, showFigure } from '../rounds.ts'
import type { Rounds } from '../rounds.ts'

/** One measure, taken. */
export interface Taken {
  measure: Measure
  rounds: Rounds
  outcomes: readonly Outcome[]
  /** What is wrong by itself. */
  faults: readonly string[]
  /** What each contestant is, by name. */
  terms: ReadonlyMap<string, string>
}

/** What a whole run came to. */
export interface Run {
  machine: Machine
  /** As it was typed, to be typed again. */
  command: string
  /** Why the figures do not count, if they do not. */
  trial: string | undefined
  taken: readonly Taken[]
}

/** The run as text for a terminal, or as a block in a README. */
export function tableOf(run: Run): string {
  const blocks = run.taken.map(blockOf)
  const trial = run.trial === undefined ? [] : [`A trial: ${run.trial}. These figures do not count.`]
  return [inOneLine(run.machine), run.command, ...trial, ...blocks].join('\n\n')
}

/** Whether every bar that must be met is. */
export function isEveryMustMet(run: Run): boolean {
  return run.taken.every(({ outcomes, faults }) => faults.length === 0 && outcomes.every(({ isMustMet }) => isMustMet))
}

function blockOf({ measure, rounds, outcomes, faults, terms }: Taken): string {
  const head = ['ours ÷ theirs', 'median', 'range', 'must', '', 'goal', '']
  const lines = outcomes.flatMap((outcome) => {
    const { comparison, alike } = outcome
    const words = (theirs: string): string => `${comparison.title}: ${comparison.ours} ÷ ${theirs}`
    const { bars } = comparison
    return [
      lineOf(words(comparison.theirs), outcome, bars),
      ...(alike === undefined ? [] : [lineOf(`(${words(alike.theirs)})`, alike, bars)]),
    ]
  })
  return [
    `${measure.id}  ${measure.title}`,
    columns([head, ...lines]),
    figuresOf(rounds),
    ...faults.map((fault) => `✘ ${fault}`),
    [...terms].map(([name, words]) => `  ${name}: ${words}`).join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function lineOf(words: string, { median, least, most, isMustMet, isGoalMet }: Judged, bars: Bars): string[] {
  return [
    ...[words, showRatio(median), `${showRatio(least)} – ${showRatio(most)}`],
    ...[showBar(bars, 'must'), isMustMet ? '✔' : '✘'],
    ...[showBar(bars, 'goal'), isGoalMet ? '✔' : '–'],
  ]
}

/** Medians of every quantity, a contestant a column. */
function figuresOf(rounds: Rounds): string {
  const names = [...rounds.keys()]
  const medians = names.map((name) => mediansOf(rounds.get(name) ?? []))
  const quantities = [...new Set(medians.flatMap((figures) => Object.keys(figures)))]
  const lines = quantities.map((quantity) => [quantity, ...medians.map((figures) => shown(figures[quantity]))])
  return columns([['median of the rounds', ...names], ...lines])
}

function shown(value: number | undefined): string {
  return value === undefined ? '–' : showFigure(value)
}

/** The first column to the left, the others to the right. */
export function columns(lines: readonly (readonly string[])[]): string {
  const widths = lines.reduce<number[]>((most, line) => {
    return line.map((cell, column) => Math.max(most[column] ?? 0, cell.length))
  }, [])
  const rows = lines.map((line) =>
    line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))),
  )
  return rows.map((row) => `  ${row.join('  ').trimEnd()}`).join('\n')
}
