import test from 'ava'
import { pino } from 'pino'
import { Metrics } from '../../src/platform/metrics.ts'
import type { Reading } from '../../src/platform/metrics.ts'
import { Survey } from '../../src/platform/survey.ts'
import { eventually } from '../support/eventually.ts'
import { Scrape } from '../support/scrape.ts'

const log = pino({ level: 'silent' })
const scrapeOf = async (metrics: Metrics): Promise<Scrape> => new Scrape(await metrics.text())

test('a number that is kept elsewhere is read when somebody asks for it', async (t) => {
  const metrics = new Metrics()
  let sockets = 3
  metrics.show('gauge', { name: 'madang_sockets', help: 'Sockets that are open' }, () => sockets)
  t.is((await scrapeOf(metrics)).value('madang_sockets'), 3)

  sockets = 1

  const after = await scrapeOf(metrics)
  t.is(after.value('madang_sockets'), 1)
  t.deepEqual(after.families, [{ name: 'madang_sockets', type: 'gauge', help: 'Sockets that are open' }])
})

test('what is not known is not shown, and neither is a label that is not read any more', async (t) => {
  const metrics = new Metrics()
  let age: number | undefined = 7
  let rooms: Reading<'state'> = [
    [{ state: 'open' }, 2],
    [{ state: 'closed' }, 1],
  ]
  metrics.show('gauge', { name: 'madang_age_seconds', help: 'Age' }, async () => age)
  metrics.show<'state'>('counter', { name: 'madang_rooms_total', help: 'Rooms', labels: ['state'] }, () => rooms)
  const before = await scrapeOf(metrics)
  t.is(before.value('madang_age_seconds'), 7)
  t.is(before.value('madang_rooms_total', { state: 'closed' }), 1)

  age = undefined
  rooms = [[{ state: 'open' }, 3]]

  const after = await scrapeOf(metrics)
  t.is(after.value('madang_age_seconds'), undefined)
  t.is(after.value('madang_rooms_total', { state: 'open' }), 3)
  t.is(after.value('madang_rooms_total', { state: 'closed' }), undefined)
  rooms = undefined
  t.is((await scrapeOf(metrics)).series('madang_rooms_total').length, 0)
})

test('two parts of a process count together under one name, and two processes apart', async (t) => {
  const [one, other] = [new Metrics(), new Metrics()]
  const definition = { name: 'madang_epochs_total', help: 'Epochs', labels: ['cause'] as const }

  one.counter(definition).inc({ cause: 'restart' })
  one.counter(definition).inc({ cause: 'restart' })
  other.counter(definition).inc({ cause: 'restart' })
  one.histogram({ name: 'madang_wait_seconds', help: 'Wait', buckets: [1, 2] }).observe(1)
  one.histogram({ name: 'madang_wait_seconds', help: 'Wait', buckets: [1, 2] }).observe(1.5)

  const found = await scrapeOf(one)
  t.is(found.value('madang_epochs_total', { cause: 'restart' }), 2)
  t.is(found.value('madang_wait_seconds_bucket', { le: '1' }), 1)
  t.is(found.value('madang_wait_seconds_bucket', { le: '2' }), 2)
  t.is((await scrapeOf(other)).value('madang_epochs_total', { cause: 'restart' }), 1)
})

test('a name stands for one number: who takes it for another finds that out at once', (t) => {
  const metrics = new Metrics()
  metrics.show('gauge', { name: 'madang_sockets', help: 'Sockets' }, () => 1)

  t.throws(() => metrics.show('gauge', { name: 'madang_sockets', help: 'Sockets' }, () => 2))
  t.throws(() => metrics.counter({ name: 'madang_sockets', help: 'Sockets' }))
})

/** A question whose answers the test gives. */
function questionOf(metrics: Metrics, options: { freshMs?: number; timeoutMs?: number } = {}) {
  const asked: PromiseWithResolvers<number>[] = []
  const ask = (): Promise<number> => {
    const question = Promise.withResolvers<number>()
    asked.push(question)
    return question.promise
  }
  return { asked, survey: new Survey({ name: 'rooms', ask, metrics, log, freshMs: 0, timeoutMs: 30_000, ...options }) }
}

test('whoever looks at once asks one question, and an answer is good for a while', async (t) => {
  const { asked, survey } = questionOf(new Metrics(), { freshMs: 30_000 })

  const reading = [survey.read(), survey.read(), survey.read()]
  asked[0]?.resolve(5)

  t.deepEqual(await Promise.all(reading), [5, 5, 5])
  t.is(await survey.read(), 5)
  t.is(asked.length, 1)
})

test('an answer that is old is asked for anew', async (t) => {
  const { asked, survey } = questionOf(new Metrics())
  const first = survey.read()
  asked[0]?.resolve(5)
  await first

  const second = survey.read()
  asked[1]?.resolve(6)

  t.is(await second, 6)
})

test('nobody waits for a service that says nothing, and nobody asks it again meanwhile', async (t) => {
  const metrics = new Metrics()
  const { asked, survey } = questionOf(metrics, { timeoutMs: 5 })
  metrics.show('gauge', { name: 'madang_rooms', help: 'Rooms' }, () => survey.read())

  t.is(await survey.read(), undefined)
  t.is(await survey.read(), undefined)
  const found = await scrapeOf(metrics)

  t.is(asked.length, 1)
  t.is(found.value('madang_rooms'), undefined)
  t.true(found.sum('madang_survey_failures_total', { survey: 'rooms' }) >= 2)

  asked[0]?.resolve(5)
  await eventually(() => {
    void survey.read()
    return asked.length === 2
  })
  asked[1]?.reject(new Error('gone'))
  t.is(await survey.read(), undefined)
})
