import type { Bars, Comparison, Figures } from './contract.ts'

/** What a comparison came to, and the same with a peer that is set up as Madang is, where one took part. */
export interface Outcome extends Judged {
  comparison: Comparison
  alike?: Judged & { theirs: string }
}

/** One ratio a paired round, and how the median stands to the bars. */
export interface Judged {
  /** In the order of the rounds. */
  ratios: readonly number[]
  median: number
  least: number
  most: number
  isMustMet: boolean
  isGoalMet: boolean
}

/** Throws without values: a median of nothing would pass any bar. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const upper = sorted[sorted.length >> 1]
  const lower = sorted[(sorted.length - 1) >> 1]
  if (upper === undefined || lower === undefined) throw new Error('there is no median of nothing')
  return (lower + upper) / 2
}

/** The smallest value that at least `share` of all values do not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
  if (value === undefined) throw new Error('there is no percentile of nothing')
  return value
}

/** Ours ÷ theirs, round by round. Throws when a round lacks the quantity, or one of the two is not above zero. */
export function pairedRatios(
  comparison: Pick<Comparison, 'quantity' | 'ours' | 'theirs'>,
  rounds: ReadonlyMap<string, readonly Figures[]>,
): number[] {
  const { quantity, ours, theirs } = comparison
  const mine = valuesOf(rounds, ours, quantity)
  const others = valuesOf(rounds, theirs, quantity)
  if (mine.length !== others.length) throw new Error(`${ours} and ${theirs} did not take part in the same rounds`)
  return mine.map((value, index) => {
    const ratio = value / (others[index] ?? 0)
    // What is nothing or less than nothing was not measured, and would pass any bar.
    if (!Number.isFinite(ratio) || ratio <= 0)
      throw new Error(`${quantity}: ${value} of ${ours} by ${others[index]} of ${theirs}`)
    return ratio
  })
}

export function compare(comparison: Comparison, rounds: ReadonlyMap<string, readonly Figures[]>): Outcome {
  const { alike, bars } = comparison
  const outcome = { comparison, ...judge(pairedRatios(comparison, rounds), bars) }
  if (alike === undefined || !rounds.has(alike)) return outcome
  const beside = judge(pairedRatios({ ...comparison, theirs: alike }, rounds), bars)
  return { ...outcome, alike: { theirs: alike, ...beside } }
}

export function judge(ratios: readonly number[], bars: Bars): Judged {
  const middle = median(ratios)
  return {
    ratios,
    median: middle,
    least: Math.min(...ratios),
    most: Math.max(...ratios),
    isMustMet: isMet(middle, bars, 'must'),
    isGoalMet: isMet(middle, bars, 'goal'),
  }
}

/** As measured, without rounding in our favour. */
export function isMet(ratio: number, bars: Bars, bar: 'must' | 'goal'): boolean {
  return 'least' in bars ? ratio >= bars.least[bar] : ratio <= bars.most[bar]
}

export function showBar(bars: Bars, bar: 'must' | 'goal'): string {
  return 'least' in bars ? `≥ ${bars.least[bar]}×` : `≤ ${showRatio(bars.most[bar])}`
}

/** `12.3×`, `0.56×`; below a quarter also as the fraction that people say. */
export function showRatio(ratio: number): string {
  const shown = `${ratio >= 10 ? ratio.toFixed(1) : ratio.toFixed(2)}×`
  return ratio < 0.25 && ratio > 0 ? `${ratio.toFixed(3)}× (1/${(1 / ratio).toFixed(1)})` : shown
}

function valuesOf(rounds: ReadonlyMap<string, readonly Figures[]>, name: string, quantity: string): number[] {
  const figures = rounds.get(name)
  if (figures === undefined || figures.length === 0) throw new Error(`${name} did not take part`)
  return figures.map((round, index) => {
    const value = round[quantity]
    if (value === undefined) throw new Error(`${name} did not say its ${quantity} in round ${index + 1}`)
    return value
  })
}
