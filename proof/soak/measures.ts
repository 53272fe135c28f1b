import type { Tolerance } from './slope.ts'

/** What is measured, as it is shown and judged. */
export interface Measure {
  /** Behind the part, as in `server-1.rss`. */
  name: string
  title: string
  /** How a value is written. */
  unit: 'bytes' | 'ms' | 'count' | 'perSecond'
  /** Undefined for what grows with what is kept, or says nothing about leaks. */
  tolerance: Tolerance | undefined
}

const mebibyte = 1_048_576
const share = 0.2

/** A fifth in an hour, and never less than what comes and goes with a few clients. A leak of one percent a minute is three times that. */
const upTo = (floorPerHour: number): Tolerance => ({ sharePerHour: share, floorPerHour })

/** Between two great collections of a process that has little to do lie some minutes. */
const collected = (floorPerHour: number): Tolerance => ({ ...upTo(floorPerHour), collectedWithinMinutes: 8 })

export const measures: readonly Measure[] = [
  { name: 'rss', title: 'Memory (RSS)', unit: 'bytes', tolerance: collected(16 * mebibyte) },
  { name: 'heap', title: 'JavaScript heap in use', unit: 'bytes', tolerance: collected(12 * mebibyte) },
  { name: 'external', title: 'Memory outside the heap (buffers)', unit: 'bytes', tolerance: collected(8 * mebibyte) },
  { name: 'files', title: 'Open file handles, sockets among them', unit: 'count', tolerance: upTo(10) },
  { name: 'sockets', title: 'Open sockets', unit: 'count', tolerance: upTo(10) },
  { name: 'loopP99', title: 'Event loop delay, 99th percentile', unit: 'ms', tolerance: upTo(20) },
  { name: 'used', title: 'Redis memory in use', unit: 'bytes', tolerance: upTo(mebibyte) },
  { name: 'clients', title: 'Redis clients', unit: 'count', tolerance: upTo(4) },
  { name: 'keys', title: 'Redis keys', unit: 'count', tolerance: upTo(100) },
  { name: 'threads', title: 'Database connections', unit: 'count', tolerance: upTo(4) },
  {
    name: 'besidePool',
    title: 'Memory of the database beside its buffer pool',
    unit: 'bytes',
    tolerance: upTo(16 * mebibyte),
  },
  { name: 'pool', title: 'Buffer pool of the database (fills up to its size)', unit: 'bytes', tolerance: undefined },
  { name: 'tables', title: 'Database open tables', unit: 'count', tolerance: upTo(60) },
  { name: 'waiting', title: 'Jobs that wait', unit: 'count', tolerance: upTo(10) },
  { name: 'delayed', title: 'Jobs that wait for a time', unit: 'count', tolerance: upTo(10) },
  { name: 'kept', title: 'Jobs that are done or failed and kept', unit: 'count', tolerance: upTo(50) },
  {
    name: 'rows',
    title: 'Rows in the database, estimated (grows: this is a ledger)',
    unit: 'count',
    tolerance: undefined,
  },
  { name: 'acked', title: 'Messages acknowledged', unit: 'perSecond', tolerance: undefined },
  { name: 'heard', title: 'Entries and events heard', unit: 'perSecond', tolerance: undefined },
  { name: 'unknown', title: 'Messages without an answer', unit: 'perSecond', tolerance: undefined },
  { name: 'connected', title: 'Connected clients', unit: 'count', tolerance: undefined },
  { name: 'waitingToBeJudged', title: 'Lines of the history in memory', unit: 'count', tolerance: undefined },
]

export function showValue(value: number, unit: Measure['unit']): string {
  if (!Number.isFinite(value)) return '–'
  switch (unit) {
    case 'bytes':
      return `${(value / mebibyte).toFixed(1)} MiB`
    case 'ms':
      return `${value.toFixed(1)} ms`
    case 'perSecond':
      return `${value.toFixed(1)}/s`
    case 'count':
      return value.toLocaleString('en', { maximumFractionDigits: 1 })
    default:
      return unit satisfies never
  }
}
