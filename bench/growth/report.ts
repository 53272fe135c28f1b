import { inOneLine } from '../machine.ts'
import type { Machine } from '../machine.ts'
import { columns } from '../report/table.ts'
import { showFigure } from '../rounds.ts'
import type { Growth } from './contract.ts'

/** What was taken, with where it was. */
export interface GrowthRun {
  machine: Machine
  /** As it was typed, to be typed again. */
  command: string
  /** Why the figures do not count, if they do not. */
  trial: string | undefined
  taken: readonly Growth[]
}

/** A line a quantity, a column a size; the last says how the largest stands to the smallest. */
export function growthTable({ machine, command, trial, taken }: GrowthRun): string {
  const blocks = taken.map(({ sweep, points }) => {
    const head = [sweep.x, ...points.map(({ size }) => size.toLocaleString('en')), 'last ÷ first']
    const quantities = [...new Set(points.flatMap(({ figures }) => Object.keys(figures)))]
    const lines = quantities.map((quantity) => {
      const values = points.map(({ figures }) => figures[quantity])
      return [quantity, ...values.map((value) => (value === undefined ? '–' : showFigure(value))), growthOf(values)]
    })
    return `${sweep.id}  ${sweep.title}\n\n${columns([head, ...lines])}\n\n  ${sweep.terms}`
  })
  const note = trial === undefined ? [] : [`A trial: ${trial}. These figures do not count.`]
  return [inOneLine(machine), command, ...note, ...blocks].join('\n\n')
}

function growthOf(values: readonly (number | undefined)[]): string {
  const [first, last] = [values[0], values.at(-1)]
  if (first === undefined || last === undefined || first <= 0) return '–'
  return `${showFigure(last / first)}×`
}

/** For other programs, such as the one that reckons capacities. */
export function growthJson({ machine, command, trial, taken }: GrowthRun): string {
  const growth = taken.map(({ sweep, points }) => ({
    ...{ id: sweep.id, title: sweep.title, x: sweep.x, terms: sweep.terms, points },
  }))
  return `${JSON.stringify({ machine, command, trial, growth }, null, 2)}\n`
}
