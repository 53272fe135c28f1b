import { report } from '../checker/index.ts'
import type { Incident } from '../history/line.ts'
import { begins } from './faulting.ts'
import type { Tried } from './faulting.ts'
import type { RunResult } from './run.ts'

/** One line a run, for tables and for who counts over many. */
export interface RunLine {
  seed: number
  /** Planned. */
  faults: readonly string[]
  /** Of these, by name and as often as it was so: made and undone, without anything to hit, and not made or not undone. */
  done: readonly string[]
  nothing: readonly string[]
  failed: readonly string[]
  seconds: number
  acked: number
  unknown: number
  lost: number
  doubled: number
  reordered: number
  acceptedAfterClose: number
  rooms: number
  sealed: number
  suspect: number
  suspectBecause: readonly { cause: string; rooms: number; entries: number }[]
  declaredLost: number
  healed: number
  quarantined: number
  unfinished: number
  violations: readonly string[]
  /** What did not come back or to an end in time, in words. */
  late: readonly string[]
  /** Why there is no verdict: also where something could not be made or undone, since nobody knows then what the run was of. */
  error?: string
}

export function lineOf({ seed, planned, tried, verdict, seconds, late }: RunResult): RunLine {
  const { acked, unknown, lost, doubled, reordered, acceptedAfterClose } = verdict.counts
  const { rooms, sealed, suspect, quarantined, unfinished, declaredLost, healed } = verdict.counts
  return {
    seed,
    faults: [...new Set(planned.map(({ fault }) => fault.name))],
    ...{ done: namesOf(tried, 'done'), nothing: namesOf(tried, 'nothing'), failed: namesOf(tried, 'failed') },
    seconds: Math.round(seconds * 10) / 10,
    ...{ acked, unknown, lost, doubled, reordered, acceptedAfterClose },
    ...{ rooms, sealed, suspect, suspectBecause: verdict.suspectBecause },
    ...{ declaredLost, healed, quarantined, unfinished },
    violations: [...new Set(verdict.violations.map(({ rule }) => rule))],
    late,
    ...whyNoVerdict(tried),
  }
}

function namesOf(tried: readonly Tried[], outcome: Tried['outcome']): string[] {
  return tried.filter((one) => one.outcome === outcome).map(({ fault }) => fault)
}

function whyNoVerdict(tried: readonly Tried[]): { error?: string } {
  const failed = tried.filter(({ outcome }) => outcome === 'failed')
  return failed.length === 0 ? {} : { error: failed.map(({ fault, detail }) => `${fault} ${detail}`).join('; ') }
}

/** A run that came to no verdict. */
export function brokenLine(seed: number, faults: readonly string[], seconds: number, error: string): RunLine {
  const none = { acked: 0, unknown: 0, lost: 0, doubled: 0, reordered: 0, acceptedAfterClose: 0 }
  const rooms = { rooms: 0, sealed: 0, suspect: 0, suspectBecause: [], declaredLost: 0, healed: 0 }
  const rest = { quarantined: 0, unfinished: 0, violations: [], late: [], error }
  return {
    seed,
    faults,
    ...{ done: [], nothing: [], failed: [] },
    seconds: Math.round(seconds * 10) / 10,
    ...none,
    ...rooms,
    ...rest,
  }
}

/** What was done, what people saw, what the system holds, and what follows from it. */
export function summaryOf(result: RunResult): string {
  const { seed, seconds, lines, tried, counts, late, advice, record, verdict } = result
  const incidents = lines.filter((line): line is Incident => ['fault', 'healed', 'log'].includes(line.what))
  const began = lines[0] === undefined ? 0 : timeOf(lines[0])
  return [
    `What was done to the stack (seed ${seed}, ${seconds.toFixed(1)} s in all)`,
    ...incidents.filter(isSaid).map((incident) => `  ${sayIncident(incident, began)}`),
    `  ${sayTried(tried)}`,
    'What people saw',
    `  ${counts.sent} lines sent, ${counts.acked} acknowledged, ${counts.unknown} times no answer, ${counts.refused} times refused, ${counts.heard} entries heard`,
    ...advice.map((one) => `  ${one}`),
    'What the system holds',
    ...report(verdict)
      .split('\n')
      .map((line) => `  ${line}`),
    ...sayReceipts(record.endings),
    ...late.map((one) => `  late: ${one}`),
  ].join('\n')
}

const isSaid = ({ what, detail }: Incident): boolean => what !== 'log' || !detail.endsWith(begins)

function sayTried(tried: readonly Tried[]): string {
  const count = (outcome: Tried['outcome']): number => tried.filter((one) => one.outcome === outcome).length
  return `${count('done')} faults were made, ${count('nothing')} found nothing to hit, ${count('failed')} failed`
}

function sayIncident({ what, at, name, detail }: Incident, began: number): string {
  const seconds = ((at - began) / 1e6).toFixed(1).padStart(6)
  const word = { fault: '', healed: 'over: ', log: 'not well: ' }[what]
  return `${seconds} s  ${name}: ${word}${detail}`
}

function timeOf(line: RunResult['lines'][number]): number {
  return 'began' in line ? line.began : line.at
}

function sayReceipts(endings: RunResult['record']['endings']): string[] {
  const valid = endings.filter(({ isReceiptValid }) => isReceiptValid === true).length
  const withReceipt = endings.filter(({ isReceiptValid }) => isReceiptValid !== undefined).length
  const suspect = endings.flatMap(({ room, epochs }) =>
    epochs.flatMap(({ epoch, cause, suspect: range }) =>
      range === undefined
        ? []
        : [`  room ${room} is suspect: epoch ${epoch} ended by ${cause}, ${range.from} to ${range.to} may be lost`],
    ),
  )
  return [`  receipts  ${valid} of ${withReceipt} hold`, ...suspect]
}

/** The runs one below the other, and their sums. */
export function tableOf(lines: readonly RunLine[]): string {
  const head = [
    'seed',
    'acked',
    'unknown',
    'lost',
    'doubled',
    'reordered',
    'late',
    'sealed',
    'suspect',
    'because',
    'declared',
    'faults',
    's',
    '',
  ]
  const rows = lines.map((line) => [
    ...[line.seed, line.acked, line.unknown, line.lost, line.doubled, line.reordered, line.acceptedAfterClose],
    ...[line.sealed, line.suspect, causesOf(line), line.declaredLost],
    ...[`${line.done.length}/${line.done.length + line.nothing.length + line.failed.length}`, line.seconds],
    sayOutcome(line),
  ])
  const sum = (of: (line: RunLine) => number): number => lines.reduce((total, line) => total + of(line), 0)
  const sums = [
    'all',
    ...[sum((one) => one.acked), sum((one) => one.unknown), sum((one) => one.lost), sum((one) => one.doubled)],
    ...[sum((one) => one.reordered), sum((one) => one.acceptedAfterClose), sum((one) => one.sealed)],
    ...[sum((one) => one.suspect), '', sum((one) => one.declaredLost), sum((one) => one.done.length)],
    ...[Math.round(sum((one) => one.seconds)), sayOutcomes(lines)],
  ]
  return columns([head, ...rows, sums])
}

function causesOf({ suspectBecause }: RunLine): string {
  return suspectBecause.map(({ cause, rooms }) => `${cause} ${rooms}`).join(', ') || '-'
}

function sayOutcome({ violations, error, late }: RunLine): string {
  return (
    [
      ...(violations.length > 0 ? [`BROKEN ${violations.join(' ')}`] : []),
      ...(error === undefined ? [] : [`no verdict: ${error}`]),
      ...(late.length > 0 ? [`LATE ${late.join(', ')}`] : []),
    ].join('; ') || 'kept'
  )
}

function sayOutcomes(lines: readonly RunLine[]): string {
  const count = (is: (line: RunLine) => boolean): number => lines.filter(is).length
  const broken = count(({ violations }) => violations.length > 0)
  const unknown = count(({ error }) => error !== undefined)
  const late = count((line) => line.late.length > 0)
  return `of ${lines.length}: ${broken} broken, ${unknown} without a verdict, ${late} late`
}

/** How often each fault was made, over all runs, in one line each; those that never were, too, where they were planned. */
export function madeOf(lines: readonly RunLine[]): string {
  const names = [...new Set(lines.flatMap(({ faults }) => faults))].toSorted()
  const count = (of: (line: RunLine) => readonly string[], name: string): number =>
    lines.flatMap(of).filter((one) => one === name).length
  const rows = names.map((name) => [
    ...[count(({ done }) => done, name), count(({ nothing }) => nothing, name), count(({ failed }) => failed, name)],
    name,
  ])
  return columns([['made', 'idle', 'failed', 'fault'], ...rows])
}

/** A broken promise, a run that nobody can say anything about, or one that left something behind that did not come back. */
export const isBroken = ({ violations, error, late }: RunLine): boolean =>
  violations.length > 0 || error !== undefined || late.length > 0

function columns(rows: readonly (readonly (string | number)[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => String(row[column] ?? '').length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === row.length - 1 ? cell : String(cell).padStart(widths[column] ?? 0)))
        .join('  '),
    )
    .join('\n')
}
