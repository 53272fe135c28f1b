import type { Metrics } from '../platform/metrics.ts'
import type { Budget } from './budget.ts'
import type { EpochCause } from './record-store.ts'

/** What the ledger shows of itself, each counted once a batch, a flush or a closing. What waits in Redis and MySQL is in backlog.ts. */

export interface AppendTally {
  /** Redis has answered a batch of so many entries after so long. */
  answered(entries: number, ms: number): void
  /** It has not: the outcome of the batch is unknown. */
  unanswered(): void
}

export function tallyAppends(metrics: Metrics): AppendTally {
  const entriesOfBatch = metrics.histogram({
    name: 'madang_append_batch_entries',
    help: 'Entries of one room that went to Redis in one call',
    buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500],
  })
  const durations = metrics.histogram({
    name: 'madang_append_duration_seconds',
    help: 'Time until Redis had kept a batch and answered',
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5],
  })
  const failures = metrics.counter({
    name: 'madang_append_failures_total',
    help: 'Batches to which Redis gave no answer: their senders ask again with the same ids',
  })
  return {
    answered(entries, ms) {
      entriesOfBatch.observe(entries)
      durations.observe(ms / 1000)
    },
    unanswered: () => failures.inc(),
  }
}

export interface EpochTally {
  /** An epoch of a room has ended. Of a suspect one acknowledged entries may be lost. */
  ended(cause: EpochCause, isSuspect: boolean): void
}

const causes: readonly EpochCause[] = ['restart', 'rollback', 'absent', 'sleep', 'repair']

export function tallyEpochs(metrics: Metrics): EpochTally {
  const epochs = metrics.counter({
    name: 'madang_epochs_ended_total',
    help: 'Epochs of rooms that this process ended, by what ended them',
    labels: ['cause'],
  })
  const suspect = metrics.counter({
    name: 'madang_suspect_epochs_total',
    help: 'Epochs of which acknowledged entries may be lost',
  })
  for (const cause of causes) epochs.inc({ cause }, 0)
  return {
    ended(cause, isSuspect) {
      epochs.inc({ cause })
      if (isSuspect) suspect.inc()
    },
  }
}

export type FinalState = 'sealed' | 'suspect' | 'quarantined'

export interface WorkTally {
  /** What one room had buffered has become so many rows after so long. */
  flushed(rows: number, ms: number): void
  flushFailed(): void
  closingEnded(state: FinalState): void
  closingFailed(): void
}

export function tallyWork(metrics: Metrics): WorkTally {
  const rows = metrics.counter({ name: 'madang_flushed_rows_total', help: 'Entries that flushes made rows' })
  const durations = metrics.histogram({
    name: 'madang_flush_duration_seconds',
    help: 'Time of one flush of one room, with all of its slices',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  })
  const failedFlushes = metrics.counter({
    name: 'madang_flush_failures_total',
    help: 'Flushes that failed and are tried again',
  })
  const closings = metrics.counter({
    name: 'madang_closings_ended_total',
    help: 'Closings that this worker led to a final state',
    labels: ['state'],
  })
  const failedClosings = metrics.counter({
    name: 'madang_closing_failures_total',
    help: 'Attempts at a closing that failed and are made again',
  })
  for (const state of ['sealed', 'suspect', 'quarantined']) closings.inc({ state }, 0)
  return {
    flushed(count, ms) {
      rows.inc(count)
      durations.observe(ms / 1000)
    },
    flushFailed: () => failedFlushes.inc(),
    closingEnded: (state) => closings.inc({ state }),
    closingFailed: () => failedClosings.inc(),
  }
}

/** The budget looks at the memory of Redis every few seconds anyway. */
export function showBudget(metrics: Metrics, budget: Pick<Budget, 'used' | 'bytes' | 'fullPercent'>): void {
  metrics.show(
    'gauge',
    { name: 'madang_redis_memory_bytes', help: 'Memory that Redis uses, as this process last saw it' },
    () => budget.used,
  )
  metrics.show(
    'gauge',
    { name: 'madang_redis_memory_full_bytes', help: 'Memory of Redis above which all rooms answer buffer_full' },
    () => (budget.bytes === undefined ? undefined : (budget.bytes * budget.fullPercent) / 100),
  )
}
