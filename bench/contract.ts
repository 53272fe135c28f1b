/** What the parts of the bench have in common. Everything is a ratio between contestants of one run; no absolute time is a fact. */

export type MeasureId = `P${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14}`

/** What one contestant did in one round, by the names of the measure's quantities. Units belong to the names, such as `deliveriesPerSecond`. */
export type Figures = Readonly<Record<string, number>>

/** One that takes part: Madang as it is shipped, or a peer as its own documentation shows it. */
export interface Contestant {
  /** Short, as in a table: `madang`, `socket.io + INSERT`. */
  name: string
  /** How it is set up and what an acknowledgement of it means, in a sentence or two: stands under the table. */
  terms: string
  /** Everything it needs is up, and warm, when this resolves; nothing of it is left when `stop` resolves. */
  start(): Promise<Standing>
}

export interface Standing {
  /** One bounded stretch of the measure's load. Throws when what came back is not what must come back: a fast wrong answer counts as none. */
  round(): Promise<Figures>
  stop(): Promise<void>
}

/** One figure of the table: ours ÷ theirs of one quantity, and its bars. */
export interface Comparison {
  /** Of `performance.md`: `deliveries/s`, `CPU per delivery`. */
  title: string
  /** A key of `Figures`. */
  quantity: string
  ours: string
  theirs: string
  /** The same peer, set up as Madang is (behind unix sockets) and not as its documentation has it: a second ratio, shown and not judged. */
  alike?: string
  /** Which way is better, and the bars: `least` 10 reads “≥ 10×”. */
  bars: Bars
}

export type Bars = { most: { must: number; goal: number } } | { least: { must: number; goal: number } }

export interface Measure {
  id: MeasureId
  title: string
  /** Measures that share this function share their rounds: they are run once and judged each by its own comparisons. */
  contestants(this: void, options: BenchOptions): readonly Contestant[]
  comparisons: readonly Comparison[]
  /** Where a figure is judged by itself, such as memory that has to stay under a bound: what is wrong with it, or nothing. */
  judge?(rounds: ReadonlyMap<string, readonly Figures[]>): readonly string[]
  /** Further pictures of the last round, SVG by a name such as `over-time`; asked for when the rounds are over. */
  pictures?(this: void): ReadonlyMap<string, string>
}

export interface BenchOptions {
  /** Paired rounds, at least three for a run that counts; contestants take turns within each, the order turning too. */
  rounds: number
  /** Seconds of a round where the measure has a length. */
  seconds: number
  /** Share of the full size, 1 for a run that counts; less is for trying a measure out, and is printed. */
  scale: number
  /** Sockets and streams go to the servers themselves, past Nginx; of measures that come in by Nginx otherwise. */
  isDirect: boolean
  log(line: string): void
}
