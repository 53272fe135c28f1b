import type { BenchOptions } from '../contract.ts'
import { inWords } from '../rounds.ts'
import { stopAll } from '../under-way.ts'
import type { Growth, Sweep } from './contract.ts'

/** Takes one sweep after the other, each over its sizes; everything is stopped, also when one fails, whose error is thrown. */
export async function measureGrowth(chosen: readonly Sweep[], options: BenchOptions): Promise<Growth[]> {
  const taken: Growth[] = []
  for (const sweep of chosen) taken.push({ sweep, points: await pointsOf(sweep, options) })
  return taken
}

async function pointsOf(sweep: Sweep, options: BenchOptions): Promise<Growth['points']> {
  options.log(`${sweep.id}: ${sweep.title}`)
  try {
    const standing = await sweep.open(options)
    const points = []
    try {
      for (const size of sizesOf(sweep, options.scale)) {
        const figures = await standing.at(size)
        points.push({ size, figures })
        options.log(`${sweep.id} ${size}: ${inWords(figures)}`)
      }
    } finally {
      await standing.stop()
    }
    return points
  } finally {
    await stopAll()
  }
}

/** A smaller scale leaves the largest sizes away: what they cost must not be guessed at. */
export function sizesOf({ sizes }: Pick<Sweep, 'sizes'>, scale: number): readonly number[] {
  const most = Math.max(...sizes) * scale
  const within = sizes.filter((size) => size <= most)
  return within.length === 0 ? sizes.slice(0, 1) : within
}
