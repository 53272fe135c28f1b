import { measures } from './measures.ts'
import type { Measure } from './measures.ts'
import { judgeSlope } from './slope.ts'
import type { Point, SlopeVerdict } from './slope.ts'

/** One look at everything: values by `part.measure`. What could not be looked at is not there. */
export interface Sample {
  minute: number
  values: Readonly<Record<string, number>>
}

/** One measure of one part over the whole time. */
export interface Series {
  part: string
  measure: Measure
  points: readonly Point[]
  /** Undefined where nothing is judged. */
  verdict: SlopeVerdict | undefined
}

/** In the order of the measures, then of the parts as they first came. */
export function seriesOf(samples: readonly Sample[]): Series[] {
  const names = new Set(samples.flatMap(({ values }) => Object.keys(values)))
  return measures.flatMap((measure) =>
    [...names]
      .filter((name) => name.endsWith(`.${measure.name}`))
      .map((name) => seriesNamed(name.slice(0, -measure.name.length - 1), measure, samples)),
  )
}

function seriesNamed(part: string, measure: Measure, samples: readonly Sample[]): Series {
  const points = samples.flatMap(({ minute, values }) => {
    const value = values[`${part}.${measure.name}`]
    return value === undefined ? [] : [{ minute, value }]
  })
  const tolerance = part === observer ? undefined : measure.tolerance
  return { part, measure, points, verdict: tolerance === undefined ? undefined : judgeSlope(points, tolerance) }
}

/** The process that watches, and plays the clients: what it keeps of the history grows, and is not what is judged. */
export const observer = 'clients'
