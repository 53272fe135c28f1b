import type { KeptRow } from '../../../proof/checker/contract.ts'
import type { Close, Heard, Line, Send } from '../../../proof/history/line.ts'
import type { Run } from './valid-run.ts'

/** What a broken system would have made of a run; undefined where there is nothing in it to break this way. `pick` chooses what. */
export type Corruption = (run: Run, pick: number) => Run | undefined

export const corruptions: { readonly [name: string]: Corruption } = {
  'a row is gone': (run, pick) => {
    const row = choose(acked(run), pick)
    return (
      row &&
      withRows(
        run,
        run.record.rows.filter((one) => one !== row),
      )
    )
  },
  'a row is there twice': (run, pick) => {
    const row = choose(run.record.rows, pick)
    return row && withRows(run, [...run.record.rows, { ...row, seq: run.record.rows.length + 1 }])
  },
  'two rows have changed places': (run, pick) => {
    const [one, other] = [choose(acked(run), pick), choose(acked(run), pick + 1)]
    if (one === undefined || other === undefined || one === other) return undefined
    const swap = (row: KeptRow): KeptRow =>
      row === one
        ? { ...one, seq: other.seq, epoch: other.epoch }
        : row === other
          ? { ...other, seq: one.seq, epoch: one.epoch }
          : row
    return withRows(run, run.record.rows.map(swap))
  },
  'a row says something else': (run, pick) => {
    const row = choose(acked(run), pick)
    return (
      row &&
      withRows(
        run,
        run.record.rows.map((one) => (one === row ? { ...one, body: 'something else' } : one)),
      )
    )
  },
  'a row is by somebody else': (run, pick) => {
    const row = choose(acked(run), pick)
    return (
      row &&
      withRows(
        run,
        run.record.rows.map((one) => (one === row ? { ...one, from: 'eve' } : one)),
      )
    )
  },
  'a row is there that nobody sent': (run, pick) => {
    const row = choose(run.record.rows, pick)
    return (
      row && withRows(run, [...run.record.rows, { ...row, seq: run.record.rows.length + 1, from: 'eve', id: 'ghost' }])
    )
  },
  'the words of what was kept were refused': (run, pick) => {
    const row = choose(acked(run), pick)
    const refuse = (send: Send): Line => {
      const { epoch: _epoch, seq: _seq, ...rest } = send
      return { ...rest, outcome: 'fail', code: 'muted' }
    }
    return row && { ...run, lines: run.lines.map((line) => (isOf(line, row) ? refuse(line) : line)) }
  },
  'the room was closed earlier': (run) => {
    const close = run.lines.find((line): line is Close => line.what === 'close' && line.outcome === 'ok')
    const first = run.lines.find(
      (line): line is Send => line.what === 'send' && line.outcome === 'ok' && line.isDuplicate === false,
    )
    if (close === undefined || first === undefined) return undefined
    const earlier = { ...close, began: first.began - 2, ended: first.began - 1 }
    return { ...run, lines: run.lines.map((line) => (line === close ? earlier : line)) }
  },
  'a listener has missed one': (run, pick) => {
    const heard = choose(missable(run.lines), pick)
    return heard && { ...run, lines: run.lines.filter((line) => line !== heard) }
  },
  'a listener has heard one twice': (run, pick) => {
    const heard = choose(
      run.lines.filter(({ what }) => what === 'heard'),
      pick,
    )
    return heard && { ...run, lines: run.lines.flatMap((line) => (line === heard ? [line, line] : [line])) }
  },
  'a loss is called nothing': (run) => {
    const [ending] = run.record.endings
    const isLost = run.lines.some(
      (line) =>
        line.what === 'send' &&
        line.outcome === 'ok' &&
        run.record.rows.every(({ id, from }) => id !== line.id || from !== line.by),
    )
    if (ending === undefined || !isLost) return undefined
    const epochs = ending.epochs.map((epoch) => ({ ...epoch, suspect: undefined }))
    return { ...run, record: { ...run.record, endings: [{ ...ending, epochs }] } }
  },
  'a suspect room is sealed': (run) => {
    const [ending] = run.record.endings
    if (ending?.state !== 'suspect') return undefined
    return { ...run, record: { ...run.record, endings: [{ ...ending, state: 'sealed' }] } }
  },
  'a closing never ends': (run) => {
    const [ending] = run.record.endings
    if (ending === undefined || ending.state === 'open') return undefined
    return { ...run, record: { ...run.record, endings: [{ ...ending, state: 'draining' }] } }
  },
}

function withRows(run: Run, rows: readonly KeptRow[]): Run {
  return { ...run, record: { ...run.record, rows } }
}

/** Rows of people that somebody was told the place of. */
function acked({ lines, record }: Run): KeptRow[] {
  return record.rows.filter((row) =>
    lines.some((line) => isOf(line, row) && line.seq === row.seq && line.epoch === row.epoch),
  )
}

function isOf(line: Line, row: KeptRow): line is Send {
  return line.what === 'send' && line.id === row.id && line.by === row.from
}

/** Nobody can tell whether the last one before a new epoch was heard: it may be void. */
function missable(lines: readonly Line[]): Heard[] {
  return lines.filter((line, index): line is Heard => {
    const next = lines
      .slice(index + 1)
      .find((later) => 'session' in later && 'session' in line && later.session === line.session)
    return line.what === 'heard' && next?.what !== 'epoch'
  })
}

function choose<T>(from: readonly T[], pick: number): T | undefined {
  return from[pick % Math.max(from.length, 1)]
}
