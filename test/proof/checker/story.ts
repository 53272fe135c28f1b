import { check } from '../../../proof/checker/index.ts'
import type { Ending, KeptRow, Record, Verdict } from '../../../proof/checker/contract.ts'
import type { Close, Heard, Incident, Line, Seat, Send } from '../../../proof/history/line.ts'

/** A history and a record by hand, in as few words as possible. Times are microseconds; room `r` unless said otherwise. */

export const room = 'r'

/** A line of alice's that was acknowledged, unless changed. */
export function send(id: string, times: [began: number, ended: number], change: Partial<Send> = {}): Send {
  const [began, ended] = times
  const fixed = { what: 'send', room, kind: 'text', client: 'c1' } as const
  return { ...fixed, by: 'alice', id, body: `says ${id}`, began, ended, outcome: 'ok', isDuplicate: false, ...change }
}

export function close(times: [began: number, ended: number], change: Partial<Close> = {}): Close {
  const [began, ended] = times
  return { what: 'close', room, client: 'm', by: 'mentor', began, ended, outcome: 'ok', ...change }
}

export function seat(what: Seat['what'], member: string, times: [number, number], change: Partial<Seat> = {}): Seat {
  const [began, ended] = times
  return { what, room, member, client: 'm', by: 'mentor', began, ended, outcome: 'ok', ...change }
}

/** A row of alice's, unless changed. */
export function row(seq: number, id: string, change: Partial<KeptRow> = {}): KeptRow {
  return { room, seq, epoch: 1, id, from: 'alice', kind: 'text', body: `says ${id}`, isParked: false, ...change }
}

export function closedRow(seq: number, epoch = 1): KeptRow {
  return row(seq, '!closed', { epoch, from: null, kind: 'closed', body: undefined })
}

export function heard(seq: number, id: string, change: Partial<Heard> = {}): Heard {
  const fixed = { what: 'heard', session: 's', at: 100 + seq, room } as const
  return { ...fixed, epoch: 1, seq, id, kind: 'text', from: 'alice', body: `says ${id}`, ...change }
}

export function open(epochs: Ending['epochs'] = []): Ending {
  return { room, state: 'open', lastSeq: undefined, epochs, isReceiptValid: undefined }
}

export function sealed(lastSeq: number, change: Partial<Ending> = {}): Ending {
  const epochs = [{ epoch: 1, firstSeq: 1, lastSeq, cause: 'closed', suspect: undefined }]
  return { room, state: 'sealed', lastSeq, epochs, isReceiptValid: true, ...change }
}

/** Epoch 1 was kept up to `kept` and its tail is suspect; epoch 2 goes on to `lastSeq`, if the room is closed. */
export function afterLoss(kept: number, lastSeq?: number): Ending {
  const lost = { epoch: 1, firstSeq: 1, lastSeq: kept, cause: 'absent', suspect: { from: kept + 1, to: kept + 1 } }
  if (lastSeq === undefined) return open([lost])
  const last = { epoch: 2, firstSeq: kept + 1, lastSeq, cause: 'closed', suspect: undefined }
  return { room, state: 'suspect', lastSeq, epochs: [lost, last], isReceiptValid: true }
}

export function record(rows: readonly KeptRow[], ending: Ending = open(), change: Partial<Record> = {}): Record {
  return { rows, endings: [ending], timeline: undefined, redis: undefined, alarms: [], ...change }
}

export const wiped: Incident = { what: 'fault', at: 0, name: 'redis: FLUSHALL', detail: 'it was typed' }

/** After a Redis that came back with less, where the ending admits a loss. */
export function judge(lines: readonly Line[], rows: readonly KeptRow[], ending?: Ending): Verdict {
  const isSuspect = ending?.epochs.some(({ suspect }) => suspect !== undefined) === true
  return check(isSuspect ? [...lines, wiped] : lines, record(rows, ending))
}

/** The rules that were broken, each once, and what is said of the first. */
export function broken({ violations }: Verdict): string[] {
  return [...new Set(violations.map(({ rule }) => rule))]
}
