import type { BenchOptions, Figures } from '../contract.ts'

/** How what a piece of work costs changes with what there is already. */
export interface Sweep {
  /** As on the command line. */
  id: string
  title: string
  /** What grows: stands at the axis. */
  x: string
  /** Each ten times the one before. */
  sizes: readonly number[]
  /** What is done at each size, in a sentence or two: stands under the table. */
  terms: string
  plots: readonly GrowthPlot[]
  /** Everything it needs is up when this resolves. */
  open(this: void, options: BenchOptions): Promise<SweepStanding>
}

export interface GrowthPlot {
  /** Of the file, behind the sweep's id. */
  name: string
  title: string
  /** What the axis says, with the unit. */
  y: string
  /** Keys of `Figures`, a line each. */
  quantities: readonly string[]
}

export interface SweepStanding {
  /** Asked for sizes in rising order. Throws when what came back is not what must come back. */
  at(size: number): Promise<Figures>
  stop(): Promise<void>
}

/** A sweep that was taken: the sizes in rising order. */
export interface Growth {
  sweep: Sweep
  points: readonly { size: number; figures: Figures }[]
}
