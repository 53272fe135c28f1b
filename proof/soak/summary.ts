import { showValue } from './measures.ts'
import type { SoakResult } from './run.ts'
import type { Series } from './samples.ts'

export interface Summary {
  isGood: boolean
  /** What an operator wants to know first. */
  headline: string
  lines: readonly string[]
}

/** Flat is what was seen to be flat: a run that was too short to say anything says that. */
export function summaryOf(result: SoakResult, series: readonly Series[]): Summary {
  const judged = series.filter(({ verdict }) => verdict !== undefined)
  const those = (judgement: string): Series[] => judged.filter(({ verdict }) => verdict?.judgement === judgement)
  const [rising, unclear, short, flat] = [those('rises'), those('unclear'), those('too_short'), those('flat')]
  const broken = result.verdict?.violations.length ?? 0
  const isGood = rising.length === 0 && broken === 0 && result.strays === 0 && result.unjudged === undefined
  const headline = [
    rising.length > 0 ? `${rising.length} of ${judged.length} series rise` : `none of ${judged.length} series rises`,
    `${flat.length} flat, ${unclear.length} unclear, ${short.length} too short`,
    broken === 0 ? 'no promise was seen broken' : `${broken} violations`,
  ].join('; ')
  const lines = [
    ...rising.map((one) => `rises      ${sayOf(one)}`),
    ...unclear.map((one) => `unclear    ${sayOf(one)}`),
    ...(result.unjudged === undefined ? [] : [`not judged ${result.unjudged}`]),
    ...(result.strays === 0 ? [] : [`stray      ${result.strays} lines of rooms that had been judged already`]),
    ...result.advice.map((text) => `limited    ${text}`),
    ...result.unseen.map((text) => `not seen   ${text}`),
    headline,
  ]
  return { isGood, headline, lines }
}

function sayOf({ part, measure, verdict }: Series): string {
  if (verdict === undefined) return part
  const say = (value: number): string => showValue(value, measure.unit)
  const { perHour, low, high, allowedPerHour, median } = verdict
  return `${part} ${measure.title}: ${say(perHour)} an hour (${say(low)} to ${say(high)}), allowed ${say(allowedPerHour)}, at ${say(median)}`
}
