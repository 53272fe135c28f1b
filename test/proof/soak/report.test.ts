import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test from 'ava'
import { History } from '../../../proof/history/history.ts'
import type { Line } from '../../../proof/history/line.ts'
import { JudgedHistory } from '../../../proof/soak/judging.ts'
import { soakOptions } from '../../../proof/soak/options.ts'
import { reportPage } from '../../../proof/soak/page.ts'
import { lookAtProcess } from '../../../proof/soak/processes.ts'
import type { SoakResult } from '../../../proof/soak/run.ts'
import { seriesOf } from '../../../proof/soak/samples.ts'
import type { Sample } from '../../../proof/soak/samples.ts'
import { summaryOf } from '../../../proof/soak/summary.ts'
import { worldOf } from '../../support/world.ts'

const world = worldOf(test)

function hourOf(valueAt: (minute: number) => number): Sample[] {
  return Array.from({ length: 360 }, (_, index) => {
    const minute = index / 6
    return {
      minute,
      values: { 'server-1.rss': valueAt(minute), 'database.rows': index * 1000, 'clients.rss': index * 1e9 },
    }
  })
}

function resultOf(samples: Sample[], changes: Partial<SoakResult> = {}): SoakResult {
  return {
    samples,
    verdict: undefined,
    unjudged: undefined,
    strays: 0,
    advice: [],
    unseen: [],
    minutes: 60,
    ...changes,
  }
}

const mebibytes = (count: number): number => count * 1_048_576

test('a soak is good when nothing rises that should not: what is kept, and who watches, may grow', (t) => {
  const samples = hourOf(() => mebibytes(150))

  const series = seriesOf(samples)

  t.is(series.length, 3)
  t.is(series.filter(({ verdict }) => verdict !== undefined).length, 1)
  t.true(summaryOf(resultOf(samples), series).isGood)
})

test('a soak is not good when a process grows, a promise was not judged, or a line came after its room was judged', (t) => {
  const flat = hourOf(() => mebibytes(150))
  const leaking = hourOf((minute) => mebibytes(150 + 1.5 * minute))

  const leak = summaryOf(resultOf(leaking), seriesOf(leaking))

  t.false(leak.isGood)
  t.regex(leak.lines[0] ?? '', /^rises +server-1 Memory \(RSS\): 90\.0 MiB an hour/)
  t.false(summaryOf(resultOf(flat, { unjudged: 'the database is gone' }), seriesOf(flat)).isGood)
  t.false(summaryOf(resultOf(flat, { strays: 1 }), seriesOf(flat)).isGood)
})

test('the report is one page that needs nothing else, and shows what it is given as text', (t) => {
  const samples = hourOf((minute) => mebibytes(150 + minute))
  const result = resultOf(samples, { advice: ['</script><script>alert(1)'] })
  const options = soakOptions(['--seed', '7'])
  if (options === 'help') return t.fail()
  const series = seriesOf(samples)

  const site = { address: 'http://localhost:8080', unusual: [] }
  const page = reportPage({ site, options, result, series, summary: summaryOf(result, series), promises: 'kept <all>' })

  t.regex(page, /uPlot/)
  t.notRegex(page, /(src|href)=/)
  t.false(page.includes('<script>alert'))
  t.true(page.includes('kept &lt;all&gt;'))
  t.true(page.includes('seed 7'))
})

test('what a soak is asked for has bounds, and what is wrong is said', (t) => {
  t.like(soakOptions([]), { minutes: 60, people: 24, stackFile: undefined })
  t.like(soakOptions(['--minutes', '240']), { minutes: 240 })
  t.throws(() => soakOptions(['--minutes', '241']), { message: /--minutes 241: give a whole number from 1 to 240/ })
  t.throws(() => soakOptions(['--minutes', 'soon']), { message: /--minutes soon/ })
  t.throws(() => soakOptions(['--hours', '1']), { message: /npm run soak/ })
})

test('of a process its memory and its open files are seen, and nothing of one that is gone', async (t) => {
  const own = await lookAtProcess({ pid: process.pid, probe: undefined, isFamily: false })

  t.true((own['rss'] ?? 0) > mebibytes(20))
  if (process.platform === 'linux') t.true((own['files'] ?? 0) > 2)
  t.is((await lookAtProcess({ pid: 999_999_999, probe: undefined, isFamily: true }))['heap'], undefined)
})

test('a room is judged and forgotten; its violation stays, with the lines that prove it, and a late line is seen', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'madang-soak-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const evidence = path.join(folder, 'evidence.jsonl')
  const history: History = new JudgedHistory(evidence)
  if (!(history instanceof JudgedHistory)) return t.fail()
  const { config } = world()
  const lost: Line = {
    ...{ what: 'send', client: 'alice/1', by: 'alice', room: '17', kind: 'text', id: 'an id', body: '안녕' },
    ...{ began: 1, ended: 2, outcome: 'ok', epoch: 1, seq: 1, isDuplicate: false },
  }
  history.add(lost)

  await history.judgeRooms(['17'], {
    ...{ database: config.DATABASE_URL, redis: undefined, transcriptsFolder: config.TRANSCRIPTS_FOLDER },
    ...{ mediaFolder: undefined, isTimelineIncluded: false, logs: [] },
  })

  t.is(history.size, 0)
  t.is(history.lines.length, 0)
  t.is(history.verdict?.counts.lost, 1)
  t.deepEqual(JSON.parse(readFileSync(evidence, 'utf8').trim()), lost)
  history.add(lost)
  t.is(history.strays, 1)
})
