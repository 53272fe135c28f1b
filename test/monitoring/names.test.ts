import { randomUUIDv7 } from 'node:crypto'
import test from 'ava'
import { Crowd, RawSocket, closeRoom, finalClosing, openRoom, takeSeat } from '../support/clients.ts'
import { eventually } from '../support/eventually.ts'
import { scrape } from '../support/scrape.ts'
import type { Family, Scrape } from '../support/scrape.ts'
import { stackOf } from '../support/stack.ts'
import { documented } from './documented.ts'
import { queries } from './files.ts'
import { readPromql } from './promql.ts'

/** Code, documents, dashboards and rules speak of the same numbers. */

const stack = stackOf(test)
let server: Scrape
let worker: Scrape

test.serial.before('somebody has done a little of everything', async (t) => {
  t.timeout(60_000)
  const crowd = new Crowd(stack())
  const mentor = await crowd.visitor('minji', 'mentor')
  const alice = await crowd.visitor('alice')
  const room = await openRoom(mentor.person, { name: 'yard', topic: '', seats: 10 })
  await takeSeat(alice.person, room)
  const socket = await RawSocket.open(stack().serverAddress('server-1'), alice.person)
  await socket.ask({ type: 'subscribe', room })
  await socket.ask({ type: 'send', room, id: randomUUIDv7(), body: '안녕하세요' })
  await closeRoom(mentor.person, room)
  await finalClosing(mentor.person, room, 20_000)
  server = await scrape(stack().serverAddress('server-1'))
  worker = await eventually(async () => {
    const found = await scrape(stack().workerAddress)
    return found.sum('madang_job_duration_seconds_count') > 0 && found
  })
  socket.close()
  await crowd.leave()
})

const isOurs = ({ name }: { name: string }): boolean => name.startsWith('madang_')
const isOf = (of: string, who: 'servers' | 'workers'): boolean => of === who || of === 'both' || of === 'library'

test('every number that a process shows is in the table of its kind, with its type, and none that it does not show', (t) => {
  for (const [who, found] of [
    ['servers', server],
    ['workers', worker],
  ] as const) {
    const shown = found.families.filter(isOurs).map(({ name, type }) => `${name} ${type}`)
    const listed = documented.filter((metric) => isOurs(metric) && isOf(metric.of, who))
    t.true(shown.length > 20)
    t.deepEqual(shown.toSorted(), listed.map(({ name, type }) => `${name} ${type}`).toSorted(), who)
  }
  for (const { name, type } of documented.filter(({ of }) => of === 'library'))
    for (const found of [server, worker]) t.is(found.families.find((family) => family.name === name)?.type, type, name)
})

const bySuffix = new Set(['le'])

test('each has the labels that the table names, and no others', (t) => {
  let looked = 0
  for (const found of [server, worker]) {
    for (const sample of found.samples) {
      const family = found.familyOf(sample)
      const metric = documented.find(({ name }) => name === family?.name)
      if (metric === undefined) continue
      const labels = Object.keys(sample.labels).filter((label) => !bySuffix.has(label))
      t.deepEqual(labels.toSorted(), metric.labels.toSorted(), sample.name)
      looked += 1
    }
  }
  t.true(looked > 200)
})

test('names are as Prometheus wants them', (t) => {
  const families = [...server.families, ...worker.families].filter(isOurs)
  for (const { name, type, help } of families) {
    t.regex(name, /^madang(_[a-z]+)+$/)
    t.is(name.endsWith('_total'), type === 'counter', name)
    t.notRegex(name, /_(ms|milliseconds|minutes|kb|kib|percent)(_|$)/, name)
    t.true(help.length > 10 && !help.endsWith('.'), name)
  }
})

/** Of Prometheus itself, on what it scrapes. */
const given = new Set(['job', 'instance'])

const familyOf = (metric: string): Family | undefined =>
  server.familyOf({ name: metric }) ?? worker.familyOf({ name: metric })

test('every number that a panel or a rule asks for is there, and so is every label', (t) => {
  let series = 0
  for (const { where, query } of queries) {
    const { selectors, groupings } = readPromql(query)
    t.true(selectors.length > 0, where)
    const labels = new Set(given)
    for (const { metric, matchers } of selectors) {
      if (metric === 'up') continue
      const family = familyOf(metric)
      t.truthy(family, `${where}: ${metric}`)
      const table = documented.find(({ name }) => name === family?.name)
      t.truthy(table, `${where}: ${metric} is in no table`)
      const own = new Set([...given, ...(table?.labels ?? []), ...(family?.type === 'histogram' ? ['le'] : [])])
      if (family?.type === 'histogram') t.regex(metric, /_(bucket|sum|count)$/, where)
      for (const { label } of matchers) t.true(own.has(label), `${where}: ${label} of ${metric}`)
      for (const label of own) labels.add(label)
      series += 1
    }
    for (const label of groupings) t.true(labels.has(label), `${where}: by ${label}`)
  }
  t.true(series > 100)
})

/** What these labels may be is written in our code, and shown from the start. */
const closed = new Set(['outcome', 'reason', 'state', 'connection', 'queue', 'cause', 'survey'])

test('a rule that waits for a state, an outcome or a reason waits for one that there is', (t) => {
  let looked = 0
  for (const { where, query } of queries) {
    for (const { metric, matchers } of readPromql(query).selectors) {
      for (const { label, value } of matchers.filter((matcher) => closed.has(matcher.label))) {
        const shown = [...server.series(metric), ...worker.series(metric)].map(({ labels }) => labels[label])
        for (const word of value.split('|')) {
          t.true(shown.includes(word), `${where}: ${label} ${word} of ${metric}`)
          looked += 1
        }
      }
    }
  }
  t.true(looked >= 10)
})
