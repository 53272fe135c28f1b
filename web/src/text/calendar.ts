import type { Language } from './language.ts'

/**
 * Days and times in words, as `Intl` writes them; test/web/formats.test.ts holds each to it. The first object of `Intl` that a page makes takes a
 * browser some 15 ms, and a phone four times as long, in one piece and while somebody waits for the page. Two languages need no more than this.
 */
export interface Calendar {
  /** Nov 21, 2026 · 2026년 11월 21일 */
  date(at: Date): string
  /** 11:43 PM · 오후 11:43 */
  time(at: Date): string
  /** November 21, 2026 at 11:43 PM · 2026년 11월 21일 오후 11:43 */
  dateTime(at: Date): string
  /** Saturday, November 21 · 11월 21일 토요일 */
  weekday(at: Date): string
  /** Saturday, November 21, 2026 · 2026년 11월 21일 토요일 */
  weekdayOfYear(at: Date): string
  now: string
  minutesAgo(minutes: number): string
  hoursAgo(hours: number): string
  /** Of the calendar: today, yesterday, 2 days ago. */
  daysAgo(days: number): string
}

export const calendars: Readonly<Record<Language, Calendar>> = { ko: korean(), en: english() }

function korean(): Calendar {
  const weekdays = '일월화수목금토'
  const monthDay = (at: Date): string => `${at.getMonth() + 1}월 ${at.getDate()}일`
  const date = (at: Date): string => `${at.getFullYear()}년 ${monthDay(at)}`
  const time = (at: Date): string => `${at.getHours() < 12 ? '오전' : '오후'} ${clockOf(at)}`
  const weekday = (at: Date): string => `${weekdays[at.getDay()]}요일`
  return {
    date,
    time,
    dateTime: (at) => `${date(at)} ${time(at)}`,
    weekday: (at) => `${monthDay(at)} ${weekday(at)}`,
    weekdayOfYear: (at) => `${date(at)} ${weekday(at)}`,
    now: '방금',
    minutesAgo: (minutes) => `${minutes}분 전`,
    hoursAgo: (hours) => `${hours}시간 전`,
    daysAgo: (days) => ['오늘', '어제', '그저께'][days] ?? `${days}일 전`,
  }
}

function english(): Calendar {
  const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
  const months = [
    ...['January', 'February', 'March', 'April', 'May', 'June'],
    ...['July', 'August', 'September', 'October', 'November', 'December'],
  ]
  const month = (at: Date): string => months[at.getMonth()] ?? ''
  const time = (at: Date): string => `${clockOf(at)} ${at.getHours() < 12 ? 'AM' : 'PM'}`
  const weekday = (at: Date): string => `${weekdays[at.getDay()]}, ${month(at)} ${at.getDate()}`
  return {
    date: (at) => `${month(at).slice(0, 3)} ${at.getDate()}, ${at.getFullYear()}`,
    time,
    dateTime: (at) => `${month(at)} ${at.getDate()}, ${at.getFullYear()} at ${time(at)}`,
    weekday,
    weekdayOfYear: (at) => `${weekday(at)}, ${at.getFullYear()}`,
    now: 'just now',
    minutesAgo: (minutes) => `${minutes} min. ago`,
    hoursAgo: (hours) => `${hours} hr. ago`,
    daysAgo: (days) => ['today', 'yesterday'][days] ?? `${days} days ago`,
  }
}

/** 11:43, of twelve hours. */
function clockOf(at: Date): string {
  return `${at.getHours() % 12 || 12}:${String(at.getMinutes()).padStart(2, '0')}`
}
