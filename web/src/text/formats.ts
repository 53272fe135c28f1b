import { calendars } from './calendar.ts'
import type { Language } from './language.ts'
import { along } from './particles.ts'

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
  /** alice, bob, and carol · 앨리스님, 밥님과 캐럴님: as in a sentence, and not 및, which is of forms and laws. */
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

/** An English count of whole things with its noun: `counted(3, 'post', 'posts')`. Korean needs no such thing. */
export function counted(count: number, one: string, other: string): string {
  return `${formatsOf('en').number(count)} ${count === 1 ? one : other}`
}

function makeFormats(language: Language): Formats {
  const number = once(() => new Intl.NumberFormat(language))
  const compact = once(() => new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 }))
  const percent = once(() => new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 }))
  const calendar = calendars[language]
  return {
    number: (count) => (isPlain(count) ? String(count) : number().format(count)),
    compact: (count) => (isPlain(count) ? String(count) : compact().format(count)),
    bytes: (count) => bytesOf(language, count),
    percent: (share) => percent().format(share),
    date: (at) => calendar.date(new Date(at)),
    time: (at) => calendar.time(new Date(at)),
    dateTime: (at) => calendar.dateTime(new Date(at)),
    list: (parts) => listOf(language, parts),
    day(at, now) {
      const [day, today] = [new Date(at), new Date(now)]
      const ago = daysBetween(day, today)
      if (ago === 0 || ago === 1) return asTitle(calendar.daysAgo(ago))
      return day.getFullYear() === today.getFullYear() ? calendar.weekday(day) : calendar.weekdayOfYear(day)
    },
    relative(at, now) {
      const [then, today] = [new Date(at), new Date(now)]
      // The clock of the server may be ahead of this device's: nothing was written in the future.
      const passedMs = Math.max(0, Number(today) - Number(then))
      if (passedMs < minuteMs) return calendar.now
      if (passedMs < hourMs) return calendar.minutesAgo(Math.floor(passedMs / minuteMs))
      if (passedMs < dayMs) return calendar.hoursAgo(Math.floor(passedMs / hourMs))
      const ago = daysBetween(then, today)
      return ago < 7 ? calendar.daysAgo(Math.max(ago, 1)) : calendar.date(then)
    },
  }
}

function listOf(language: Language, parts: readonly string[]): string {
  const [before, last = ''] = [parts.slice(0, -1), parts.at(-1)]
  if (before.length === 0) return last
  const and = language === 'ko' ? `${along(before.at(-1) ?? '')} ` : before.length === 1 ? ' and ' : ', and '
  return `${before.join(', ')}${and}${last}`
}

/** What few pages need is made when it is first asked for: see `Calendar` for what an object of `Intl` takes. */
function once<T>(make: () => T): () => T {
  let object: T | undefined
  return () => (object ??= make())
}

/** Most counts are so small that both languages write them as they are. */
function isPlain(count: number): boolean {
  return Number.isInteger(count) && count >= 0 && count < 1000
}

/** It stands alone, as dates with their weekday do. */
function asTitle(words: string): string {
  return words.slice(0, 1).toUpperCase() + words.slice(1)
}

/** By the calendar of who looks: what was written at 23:59 is of yesterday two minutes later. */
function daysBetween(then: Date, now: Date): number {
  const midnight = (moment: Date): number => new Date(moment).setHours(0, 0, 0, 0)
  return Math.round((midnight(now) - midnight(then)) / dayMs)
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
