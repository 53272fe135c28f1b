import type { Language } from './language.ts'

/** A moment as the API writes it (ISO 8601), in milliseconds since 1970, or as a `Date`. */
export type Moment = string | number | Date

/** How a language writes what is not words. Moments are shown in the time zone of who looks. */
export interface Formats {
  /** 1,234 */
  number(count: number): string
  /** 1.2K · 1.2천: for counts beside a button. */
  compact(count: number): string
  /** 1.4 MB */
  bytes(count: number): string
  /** 42% of a share between 0 and 1 */
  percent(share: number): string
  /** Nov 21, 2026 · 2026년 11월 21일 */
  date(at: Moment): string
  /** 11:43 PM · 오후 11:43 */
  time(at: Moment): string
  /** Day and time, to the minute: for titles and receipts. */
  dateTime(at: Moment): string
  /** Today, yesterday, or the date with its weekday; the year only when it is another. For separators between days. */
  day(at: Moment, now: Moment): string
  /** just now, 5 min. ago, yesterday, and the date when it is more than a week away. */
  relative(at: Moment, now: Moment): string
  /** alice, bob, and carol · alice, bob 및 carol */
  list(parts: readonly string[]): string
}

const secondMs = 1000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

const made = new Map<Language, Formats>()

/** The formats of a language; the Intl objects behind them are made once, when they are first asked for. */
export function formatsOf(language: Language): Formats {
  const known = made.get(language)
  if (known !== undefined) return known
  const fresh = makeFormats(language)
  made.set(language, fresh)
  return fresh
}

/** An English count with its noun: `counted(3, 'post', 'posts')`. Korean needs no such thing. */
export function counted(count: number, one: string, other: string): string {
  return `${formatsOf('en').number(count)} ${englishPlurals().select(count) === 'one' ? one : other}`
}

const englishPlurals = once(() => new Intl.PluralRules('en'))

function makeFormats(language: Language): Formats {
  const number = once(() => new Intl.NumberFormat(language))
  const compact = once(() => new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 }))
  const percent = once(() => new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 }))
  const date = once(() => new Intl.DateTimeFormat(language, { dateStyle: language === 'ko' ? 'long' : 'medium' }))
  const time = once(() => new Intl.DateTimeFormat(language, { timeStyle: 'short' }))
  const dateTime = once(() => new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' }))
  const weekday = once(() => new Intl.DateTimeFormat(language, { month: 'long', day: 'numeric', weekday: 'long' }))
  const weekdayWithYear = once(() => new Intl.DateTimeFormat(language, { dateStyle: 'full' }))
  const relative = once(() => new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' }))
  const days = once(() => new Intl.RelativeTimeFormat(language, { numeric: 'auto' }))
  const list = once(() => new Intl.ListFormat(language, { type: 'conjunction' }))
  return {
    number: (count) => number().format(count),
    compact: (count) => compact().format(count),
    bytes: (count) => bytesOf(language, count),
    percent: (share) => percent().format(share),
    date: (at) => date().format(new Date(at)),
    time: (at) => time().format(new Date(at)),
    dateTime: (at) => dateTime().format(new Date(at)),
    list: (parts) => list().format(parts),
    day(at, now) {
      const away = daysBetween(at, now)
      if (away === 0 || away === -1) return asTitle(days().format(away, 'day'), language)
      const isThisYear = new Date(at).getFullYear() === new Date(now).getFullYear()
      return (isThisYear ? weekday() : weekdayWithYear()).format(new Date(at))
    },
    relative(at, now) {
      // The clock of the server may be ahead of this device's: nothing was written in the future.
      const passedMs = Math.max(0, Number(new Date(now)) - Number(new Date(at)))
      if (passedMs < minuteMs) return language === 'ko' ? '방금' : 'just now'
      if (passedMs < hourMs) return relative().format(-Math.floor(passedMs / minuteMs), 'minute')
      if (passedMs < dayMs) return relative().format(-Math.floor(passedMs / hourMs), 'hour')
      const away = daysBetween(at, now)
      return away > -7 ? days().format(Math.min(away, -1), 'day') : date().format(new Date(at))
    },
  }
}

/** An Intl object takes a millisecond or more to be made, on a phone several, and a first page needs two or three of them. */
function once<T>(make: () => T): () => T {
  let object: T | undefined
  return () => (object ??= make())
}

/** It stands alone, as dates with their weekday do. */
function asTitle(words: string, language: string): string {
  return words.slice(0, 1).toLocaleUpperCase(language) + words.slice(1)
}

/** By the calendar of who looks: what was written at 23:59 is of yesterday two minutes later. */
function daysBetween(at: Moment, now: Moment): number {
  const midnight = (moment: Moment): number => new Date(moment).setHours(0, 0, 0, 0)
  return Math.round((midnight(at) - midnight(now)) / dayMs)
}

const byteUnits = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const

function bytesOf(language: Language, count: number): string {
  const step = Math.min(byteUnits.length - 1, Math.floor(Math.log10(Math.max(1, count)) / 3))
  const unit = byteUnits[step] ?? 'byte'
  const value = count / 1000 ** step
  return new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits: value < 10 ? 1 : 0 }).format(
    value,
  )
}
