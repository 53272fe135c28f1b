import test from 'ava'
import { counted, formatsOf } from '../../web/src/text/formats.ts'
import { languages } from '../../web/src/text/language.ts'

/** Days and times are those of who looks; tests look from where they run. */
const at = (day: number, hour: number, minute = 0): Date => new Date(2026, 10, day, hour, minute)
const ko = formatsOf('ko')
const en = formatsOf('en')

test('what was just written is of now, whatever the clock of the server says', (t) => {
  const now = at(21, 12)

  t.is(en.relative(at(21, 12), now), 'just now')
  t.is(ko.relative(at(21, 12, 3), now), '방금')
})

test('what is a while ago is told by minutes, hours and days of the calendar, and then by its date', (t) => {
  const now = at(21, 12)

  t.is(en.relative(at(21, 11, 55), now), '5 min. ago')
  t.is(ko.relative(at(21, 11, 55), now), '5분 전')
  t.is(en.relative(at(21, 9), now), '3 hr. ago')
  t.is(en.relative(at(20, 9), now), 'yesterday')
  t.is(ko.relative(at(20, 9), now), '어제')
  t.is(en.relative(at(15, 23), now), '6 days ago')
  t.is(en.relative(at(14, 9), now), 'Nov 14, 2026')
  t.is(ko.relative(at(14, 9), now), '2026년 11월 14일')
})

test('a day changes at midnight, not after twenty-four hours', (t) => {
  const night = at(20, 23, 59)

  t.is(en.day(night, at(20, 23, 59)), 'Today')
  t.is(en.day(night, at(21, 0, 1)), 'Yesterday')
  t.is(ko.day(night, at(22, 0, 1)), '11월 20일 금요일')
  t.is(en.day(night, new Date(2027, 0, 2)), 'Friday, November 20, 2026')
})

test('large counts are short, each language in its own steps', (t) => {
  t.is(en.compact(999), '999')
  t.is(en.compact(12_345), '12.3K')
  t.is(ko.compact(12_345), '1.2만')
  t.is(en.number(1_234_567), '1,234,567')
})

test('bytes are told in the unit that makes them short', (t) => {
  t.is(en.bytes(0), '0 byte')
  t.is(en.bytes(999), '999 byte')
  t.is(en.bytes(1_400_000), '1.4 MB')
  t.is(en.bytes(25_000_000), '25 MB')
})

test('names are listed as a sentence would', (t) => {
  t.is(en.list(['alice', 'bob', 'carol']), 'alice, bob, and carol')
  t.is(en.list(['alice', 'bob']), 'alice and bob')
  t.is(ko.list([]), '')
  t.is(ko.list(['앨리스']), '앨리스')
  t.is(ko.list(['앨리스', '밥']), '앨리스와 밥')
  t.is(ko.list(['앨리스', '밥', '캐럴']), '앨리스, 밥과 캐럴')
})

test('days, times and English lists are written as every browser would write them', (t) => {
  const names = ['alice', '캐럴', 'bob', '앨리스']
  for (const language of languages) {
    const formats = formatsOf(language)
    const format = (options: Intl.DateTimeFormatOptions, moment: Date): string =>
      new Intl.DateTimeFormat(language, options).format(moment)
    for (let nth = 0; nth < 800; nth += 1) {
      // Every day of two years, and every minute of the day.
      const moment = new Date(2027, 0, nth, 0, nth * 7)
      const [other, sameYear] = [
        new Date(2020, 5, 1),
        new Date(moment.getFullYear(), moment.getMonth() < 6 ? 11 : 0, 1),
      ]
      t.is(formats.date(moment), format({ dateStyle: language === 'ko' ? 'long' : 'medium' }, moment))
      t.is(formats.time(moment), format({ timeStyle: 'short' }, moment))
      t.is(formats.dateTime(moment), format({ dateStyle: 'long', timeStyle: 'short' }, moment))
      t.is(formats.day(moment, other), format({ dateStyle: 'full' }, moment))
      t.is(formats.day(moment, sameYear), format({ month: 'long', day: 'numeric', weekday: 'long' }, moment))
    }
    const [short, long] = [
      new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' }),
      new Intl.RelativeTimeFormat(language, { numeric: 'auto' }),
    ]
    const now = at(21, 23, 59)
    for (let ago = 1; ago < 60; ago += 1) {
      t.is(formats.relative(Number(now) - ago * 60_000, now), short.format(-ago, 'minute'))
      if (ago < 24) t.is(formats.relative(Number(now) - ago * 3_600_000, now), short.format(-ago, 'hour'))
      if (ago < 7) t.is(formats.relative(at(21 - ago, 1), now), long.format(-ago, 'day'))
    }
    for (let count = 0; count <= names.length; count += 1) {
      const some = names.slice(0, count)
      // In Korean it says 및, which nobody says of people.
      if (language === 'en') t.is(formats.list(some), new Intl.ListFormat('en', { type: 'conjunction' }).format(some))
    }
    for (const count of [0, 1, 999, 1000, 1234, 12_345, 999_999]) {
      t.is(formats.number(count), new Intl.NumberFormat(language).format(count))
      t.is(
        formats.compact(count),
        new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 }).format(count),
      )
    }
  }
})

test('an English noun follows its count', (t) => {
  t.is(counted(1, 'post', 'posts'), '1 post')
  t.is(counted(0, 'post', 'posts'), '0 posts')
  t.is(counted(1200, 'post', 'posts'), '1,200 posts')
})
