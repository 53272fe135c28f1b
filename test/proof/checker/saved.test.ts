import test from 'ava'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { History, readHistory } from '../../../proof/history/history.ts'
import { check, readSavedRecord, report, saveRecord } from '../../../proof/checker/index.ts'
import { broken, open, record, row, send } from './story.ts'

const folder = mkdtempSync(join(tmpdir(), 'madang-saved-'))
test.after.always('the folder goes', (t) => {
  rmSync(folder, { recursive: true })
  t.pass()
})

const lines = [send('a', [10, 20], { epoch: 1, seq: 1 }), send('b', [30, 40], { epoch: 1, seq: 2 })]
const held = record([row(1, 'a')], open(), { alarms: ['server-1: unhandled rejection'] })

async function saved(name: string, content = held): Promise<[history: string, record: string]> {
  const files: [string, string] = [join(folder, `${name}.jsonl`), join(folder, `${name}.json`)]
  const history = new History(files[0])
  for (const line of lines) history.add(line)
  await history.close()
  saveRecord(files[1], content)
  return files
}

test('a run that was saved is judged as it was when it ran', async (t) => {
  const [history, file] = await saved('again')

  const verdict = check(readHistory(history), readSavedRecord(file))

  t.deepEqual(verdict, check(lines, held))
  t.deepEqual(broken(verdict), ['C1', 'C13'])
})

test('the command tells the verdict, and its exit code whether the promises were kept', async (t) => {
  const bad = run(...(await saved('bad')))
  const good = run(...(await saved('good', record([row(1, 'a'), row(2, 'b')]))))

  t.is(bad.status, 1)
  t.regex(bad.stdout, /C1 {3}room r: acknowledged at 1:2 and gone/)
  t.regex(bad.stdout, /BROKEN: C1, C13/)
  t.is(good.status, 0)
  t.regex(good.stdout, /kept: nothing that was promised was broken/)
})

test('what is no record is refused in one sentence', async (t) => {
  const [history] = await saved('none')
  const file = join(folder, 'wrong.json')
  writeFileSync(file, '{"rows": 1}')

  const { status, stderr } = run(history, file)

  t.is(status, 1)
  t.regex(stderr, /wrong\.json is not a record/)
  t.notRegex(stderr, /\n.*\n/)
})

function run(...files: string[]) {
  return spawnSync(process.execPath, ['proof/check.ts', ...files], { encoding: 'utf8' })
}

test('the report says each broken promise, what proves it, and what was counted', (t) => {
  const text = report(check(lines, held))

  t.regex(text, /What was acknowledged is in MySQL exactly once/)
  t.regex(text, /alice \(c1\) text "says b" id b → ok 1:2/)
  t.regex(text, /messages {2}2 acked, 0 unknown, 0 failed/)
  t.regex(text, /1 lost, 0 doubled/)
})

test('a run that broke one promise a thousand times is told in a few lines', (t) => {
  const many = Array.from({ length: 1000 }, (_, index) => send(`m${index}`, [10, 20], { epoch: 1, seq: index + 1 }))
  const verdict = check(many, record([]))

  t.is(verdict.counts.lost, 1000)
  t.true(report(verdict).split('\n').length < 60)
  t.regex(report(verdict), /and 995 more of this/)
})
