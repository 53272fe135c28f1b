import type { Comparison, Figures } from '../contract.ts'
import { machineInWords, stateInWords } from '../machine.ts'
import { loadBusy } from '../processor-time.ts'
import { showBar, showRatio } from '../ratios.ts'
import type { Judged } from '../ratios.ts'
import { inWords } from '../rounds.ts'
import { markdownTable } from './blocks.ts'
import { outcomesOf } from './kept.ts'
import type { KeptMeasure, KeptRun } from './kept.ts'

/** The tables of bench/README.md, from what is kept of runs. */

/** A table for all measures, and one for each of those whose figures explain more than a ratio. */
export function blocksOf(measures: readonly KeptMeasure[], today: readonly Today[]): Record<string, string> {
  const figures = Object.entries(rowsOf).flatMap(([id, rows]) => {
    const measure = measures.find((each) => each.id === id)
    return measure === undefined ? [] : [[id, figureTable(measure, rows)] as const]
  })
  return {
    measures: `${runsOf(measures)}\n\n${measureTable(measures, today)}`,
    missed: missedOf(measures),
    ...Object.fromEntries(figures),
  }
}

/** What a measure compares by now: a run that is kept may have compared something else. */
export interface Today {
  id: string
  comparisons: readonly Compared[]
}

/** Which run each measure is of: the machine, the commit, when, and what was typed. */
export function runsOf(measures: readonly { id: string; run: KeptRun }[]): string {
  const machines = Map.groupBy(measures, ({ run }) => machineInWords(run.machine))
  const blocks = [...machines].map(([machine, here]) => {
    const runs = Map.groupBy(here, ({ run }) => JSON.stringify(run))
    const lines = [...runs.values()].flatMap((of) => {
      const [first] = of
      return first === undefined ? [] : [`- ${of.map(({ id }) => id).join(', ')}: ${inOneSentence(first.run)}`]
    })
    return `${machine}:\n\n${lines.join('\n')}`
  })
  return blocks.join('\n\n')
}

function inOneSentence({ machine, command, note }: KeptRun): string {
  const when = `${machine.at.slice(0, 10)} ${machine.at.slice(11, 16)} UTC`
  const state = note === undefined ? stateInWords(machine) : `${stateInWords(machine)} (${note})`
  return `${when}, ${state}, load before ${machine.loadBefore.join(' ')}, \`${command}\``
}

function measureTable(measures: readonly KeptMeasure[], today: readonly Today[]): string {
  const head = ['', 'ours ÷ theirs', 'median', 'range', 'must', 'goal', 'both by file', 'taken at']
  return markdownTable(
    head,
    measures.flatMap((measure) => (measure.comparisons.length === 0 ? [byItself(measure)] : linesOf(measure, today))),
  )
}

function linesOf(measure: KeptMeasure, today: readonly Today[]): string[][] {
  const now = today.find(({ id }) => id === measure.id)?.comparisons ?? []
  return outcomesOf(measure).map(({ comparison, alike, ...judged }, nth) => {
    const { bars } = comparison
    const bar = (name: 'must' | 'goal', isMet: boolean): string => `${showBar(bars, name)} ${isMet ? '✔' : '✘'}`
    return [
      ...[measure.id, inTitle(comparison), short(judged.median), rangeOf(judged)],
      ...[bar('must', judged.isMustMet), bar('goal', judged.isGoalMet)],
      alike === undefined ? '' : `${short(alike.median)} (${rangeOf(alike)}) ${alike.isMustMet ? '✔' : '✘'}`,
      [takenAt(measure.run), ...(isSame(comparison, now[nth]) ? [] : ['by another figure than today'])].join('; '),
    ]
  })
}

type Compared = Pick<Comparison, 'title' | 'quantity' | 'ours' | 'theirs'>

function inTitle({ title, ours, theirs }: Compared): string {
  return ours === 'madang' ? `${title} vs ${theirs}` : `${title}: ${ours} ÷ ${theirs}`
}

/** Whether the same figure of the same contestants is held against a bar. */
export function isSame(one: Compared, other: Compared | undefined): boolean {
  const names = ['title', 'quantity', 'ours', 'theirs'] as const
  return names.every((name) => one[name] === other?.[name])
}

/** Of what nobody can fetch again only the day is known. */
function takenAt({ machine: { commit, isClean, at } }: KeptRun): string {
  return isClean === true ? commit : `an older state, ${at.slice(0, 10)}; not retaken`
}

/** All bars that are missed, by the runs that are kept. */
function missedOf(measures: readonly KeptMeasure[]): string {
  const all = measures.flatMap((measure) => outcomesOf(measure).map((outcome) => ({ id: measure.id, ...outcome })))
  const list = (name: 'must' | 'goal', missed: typeof all): string => {
    const lines = missed.map(
      ({ id, comparison, median }) =>
        `- ${id}, ${inTitle(comparison)}: ${short(median)}, asked ${showBar(comparison.bars, name)}`,
    )
    return [`Of ${all.length} comparisons ${missed.length} miss their ${name}:`, '', ...lines].join('\n')
  }
  const musts = all.filter(({ isMustMet }) => !isMustMet)
  const goals = all.filter(({ isMustMet, isGoalMet }) => isMustMet && !isGoalMet)
  return `${list('must', musts)}\n\n${list('goal', goals).replace(' goal:', ' goal alone:')}`
}

/** Judged without a peer. */
function byItself({ id, title, faults, contestants, run }: KeptMeasure): string[] {
  const said = contestants.map(({ medians }) => inWords(medians)).join('; ')
  const verdict = faults.length === 0 ? 'judged by itself ✔' : `✘ ${faults.join('; ')}`
  return [id, `${title}: ${said}`, '', '', verdict, '', '', takenAt(run)]
}

function rangeOf({ least, most }: Judged): string {
  return `${short(least)} – ${short(most)}`
}

function short(ratio: number): string {
  return ratio < 0.25 ? `1/${(1 / ratio).toFixed(1)}` : showRatio(ratio)
}

interface Row {
  label: string
  /** Undefined where a contestant has no such figure. */
  cell(medians: Figures): string | undefined
}

/** Contestants are the columns; what nobody has is left out. */
function figureTable({ contestants }: KeptMeasure, rows: readonly Row[]): string {
  const lines = rows.map(({ label, cell }) => [label, ...contestants.map(({ medians }) => cell(medians) ?? '–')])
  const isSaid = (line: readonly string[]): boolean => line.slice(1).some((cell) => cell !== '–')
  return markdownTable(['medians', ...contestants.map(({ name }) => name)], lines.filter(isSaid))
}

const figure = (label: string, name: string, unit = ''): Row => ({
  label,
  cell: (medians) => withUnit([medians[name]], unit),
})
const figures = (label: string, names: readonly string[], unit: string): Row => ({
  label,
  cell: (medians) =>
    withUnit(
      names.map((name) => medians[name]),
      unit,
    ),
})

/** What each part took of `rate` pieces a second, as the percent of a processor that it was busy. */
const parts = (piece: string, rate: string): Row => ({
  label: `servers · Nginx · Redis · worker · database, of a ${piece}`,
  cell: (medians) => {
    const of = (part: RegExp): number =>
      Object.entries(medians).reduce((sum, [name, value]) => (part.test(name) ? sum + value : sum), 0)
    const perSecond = medians[rate]
    if (perSecond === undefined) return undefined
    const percents = [
      /^server-\d+ percent$/,
      /^nginx percent$/,
      /^redis percent$/,
      /^worker-\d+ percent$/,
      /^database percent$/,
    ]
    return withUnit(
      percents.map((part) => (of(part) * 10_000) / perSecond),
      'µs',
    )
  },
})

const latency = figures('p50 · p95 · p99', ['p50Ms', 'p95Ms', 'p99Ms'], 'ms')
const load = figure('the load was busy', loadBusy, '%')
const deliveries = figure('deliveries a second', 'deliveriesPerSecond')
const perDelivery = [
  figure('CPU per delivery, all processes', 'cpuMicrosPerDelivery', 'µs'),
  figure('the same, with what is stored afterwards', 'storedCpuMicrosPerDelivery', 'µs'),
  figure('CPU per delivery, Node alone', 'nodeCpuMicrosPerDelivery', 'µs'),
  parts('delivery', 'deliveriesPerSecond'),
]

const rowsOf: Readonly<Record<string, readonly Row[]>> = {
  P1: [deliveries, ...perDelivery, latency, load],
  P4: [
    figure('messages a second', 'messagesPerSecond'),
    figure('the same, if nobody spoke while the rest is stored', 'storedMessagesPerSecond'),
    figure('CPU per message, all processes', 'cpuMicrosPerMessage', 'µs'),
    figure('storing what is left, of a message', 'storingMicrosPerMessage', 'µs'),
    figure('CPU per message, with that', 'storedCpuMicrosPerMessage', 'µs'),
    parts('message', 'messagesPerSecond'),
    ...[latency, load],
  ],
  P5: [deliveries, ...perDelivery, latency, load],
  P7: [
    figure('entries a second', 'entriesPerSecond'),
    figure('CPU of Redis per entry', 'redisMicrosecondsPerEntry', 'µs'),
  ],
  P8: [figure('rows a second', 'rowsPerSecond'), figure('CPU of Node per row', 'nodeMicrosecondsPerRow', 'µs')],
  P9: [
    figure('resident memory per socket', 'rssBytesPerSocket', 'B'),
    figure('heap per socket', 'heapBytesPerSocket', 'B'),
  ],
  P10: [
    ...[deliveries, figure('CPU of the server per delivery', 'cpuUs', 'µs')],
    ...[figure('CPU per delivery, all processes', 'allCpuUs', 'µs'), latency, load],
  ],
  P11: [
    ...[figure('pages a second', 'pagesPerSecond'), figure('CPU of Node per page', 'cpuMs', 'ms')],
    ...[figures('one at a time: p50 · p95 · p99', ['p50Ms', 'p95Ms', 'p99Ms'], 'ms'), load],
  ],
  P12: [
    figure('until sealed', 'seconds', 's'),
    figure('CPU of the worker', 'workerSeconds', 's'),
    figure('CPU of the database', 'databaseSeconds', 's'),
  ],
}

function withUnit(values: readonly (number | undefined)[], unit: string): string | undefined {
  const known = values.filter((value) => value !== undefined)
  if (known.length < values.length) return undefined
  return `${known.map(threeDigits).join(' · ')}${unit === '' ? '' : ` ${unit}`}`
}

function threeDigits(value: number): string {
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)))
}
