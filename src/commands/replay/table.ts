import type { RoomResult } from './room.ts'

type Column = [title: string, cell: (result: RoomResult) => string]

const columns: Column[] = [
  ['room', (result) => `${result.name} (${result.room})`],
  ['people', (result) => String(result.people)],
  ['sent', (result) => String(result.sent)],
  ['acked', (result) => String(result.acked)],
  ['stored', (result) => String(result.stored)],
  ['resumes', (result) => String(result.resumes)],
  ['epochs', (result) => String(result.epochs)],
  ['digest', (result) => result.digest.slice(0, 12)],
  ['receipt', (result) => result.state],
  ['verify', (result) => result.verdict],
  ['time', (result) => `${result.seconds.toFixed(1)} s`],
]

/** One line a room. */
export function tableOf(results: readonly RoomResult[]): string {
  const rows = [columns.map(([title]) => title), ...results.map((result) => columns.map(([, cell]) => cell(result)))]
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
