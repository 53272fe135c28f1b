/** Seqs `from` to `to`, both included. */
export interface SeqRange {
  from: number
  to: number
}

/** What is left of ranges, in their order, when one is taken away. */
export function without(ranges: readonly SeqRange[], taken: SeqRange): SeqRange[] {
  return ranges.flatMap(({ from, to }) =>
    [
      { from, to: Math.min(to, taken.from - 1) },
      { from: Math.max(from, taken.to + 1), to },
    ].filter((rest) => rest.from <= rest.to),
  )
}

/** Ranges in order, those that touch as one. */
export function united(ranges: readonly SeqRange[]): SeqRange[] {
  const result: SeqRange[] = []
  for (const range of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = result.at(-1)
    if (last !== undefined && range.from <= last.to + 1) last.to = Math.max(last.to, range.to)
    else result.push({ ...range })
  }
  return result
}
