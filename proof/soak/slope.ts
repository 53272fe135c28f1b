/** A value at a time, in minutes since the beginning. */
export interface Point {
  minute: number
  value: number
}

/** How much a series may rise in an hour: a share of its size, and never less than `floor`. */
export interface Tolerance {
  sharePerHour: number
  floorPerHour: number
  /** Of what is collected now and then, such as a heap: within so many minutes it has been as small as it gets, and that is judged. */
  collectedWithinMinutes?: number
}

/** `unclear`: it scatters too much for the time that was watched; `too_short`: a process that still warms up rises in any case. */
export type Judgement = 'flat' | 'rises' | 'unclear' | 'too_short'

export interface SlopeVerdict {
  judgement: Judgement
  /** Of the second half. */
  median: number
  /** Rise in an hour, with the bounds between which it lies with a confidence of 95 %. */
  perHour: number
  low: number
  high: number
  allowedPerHour: number
}

const shortestMinutes = 12
const fewestBlocks = 8
const mostBlocks = 90
const z95 = 1.96

/**
 * Whether a series rises over its second half, when what has to warm up is warm. The slope is that of Theil and Sen, the median of the
 * slopes between all pairs, which a few wild values do not move; its bounds are Sen's, by Kendall's statistic. Samples are first drawn
 * together to medians of blocks, since neighbours resemble each other and would feign certainty. Of what is collected, each value is
 * first replaced by the least of the minutes before it. What falls is flat.
 */
export function judgeSlope(points: readonly Point[], tolerance: Tolerance): SlopeVerdict {
  const { collectedWithinMinutes } = tolerance
  const half = secondHalf(collectedWithinMinutes === undefined ? points : leastOf(points, collectedWithinMinutes))
  const blocks = blocksOf(half)
  const median = medianOf(blocks.map(({ value }) => value))
  const allowedPerHour = Math.max(Math.abs(median) * tolerance.sharePerHour, tolerance.floorPerHour)
  const minutes = (half.at(-1)?.minute ?? 0) - (half[0]?.minute ?? 0)
  if (blocks.length < fewestBlocks || minutes < shortestMinutes) {
    return { judgement: 'too_short', median, perHour: 0, low: -Infinity, high: Infinity, allowedPerHour }
  }
  const { middle, low, high } = theilSen(blocks)
  const judgement = low > allowedPerHour ? 'rises' : high <= allowedPerHour ? 'flat' : 'unclear'
  return { judgement, median, perHour: middle, low, high, allowedPerHour }
}

function leastOf(points: readonly Point[], withinMinutes: number): Point[] {
  return points.map(({ minute }, index) => {
    const before = points.slice(0, index + 1).filter((point) => point.minute > minute - withinMinutes)
    return { minute, value: Math.min(...before.map(({ value }) => value)) }
  })
}

function secondHalf(points: readonly Point[]): readonly Point[] {
  const [first, last] = [points[0]?.minute ?? 0, points.at(-1)?.minute ?? 0]
  return points.filter(({ minute }) => minute >= (first + last) / 2)
}

function blocksOf(points: readonly Point[]): Point[] {
  const size = Math.max(1, Math.ceil(points.length / mostBlocks))
  const count = Math.floor(points.length / size)
  return Array.from({ length: count }, (_, index) => {
    const block = points.slice(index * size, (index + 1) * size)
    return { minute: medianOf(block.map(({ minute }) => minute)), value: medianOf(block.map(({ value }) => value)) }
  })
}

/** Slopes in an hour. */
function theilSen(points: readonly Point[]): { middle: number; low: number; high: number } {
  const slopes: number[] = []
  points.forEach((from, index) => {
    for (const to of points.slice(index + 1)) {
      if (to.minute > from.minute) slopes.push(((to.value - from.value) / (to.minute - from.minute)) * 60)
    }
  })
  const sorted = slopes.toSorted((a, b) => a - b)
  const n = points.length
  const spread = z95 * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18)
  const at = (rank: number): number => sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(rank)))] ?? 0
  return {
    middle: medianOf(sorted),
    low: at((sorted.length - spread) / 2),
    high: at((sorted.length + spread) / 2),
  }
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const [below = 0, above = 0] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
  return (below + above) / 2
}
