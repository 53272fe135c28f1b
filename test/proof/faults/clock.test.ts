import test from 'ava'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { eventually } from '../../support/eventually.ts'

const preload = new URL('../../../proof/faults/clock.ts', import.meta.url).href

/** Says its clock ten times a second, as `Date.now()` and as a new Date, and whether dates of Node's own are dates. */
const watch = `
const { statSync } = require('node:fs')
setInterval(() => {
  const isDate = statSync(process.execPath).mtime instanceof Date && new Date(0).getTime() === 0 && Date().length > 10
  console.log(Date.now(), new Date().getTime(), isDate)
}, 50)`

test('a clock is off by what its file says, from when it says so, and dates are still dates', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'madang-clock-'))
  const file = path.join(folder, 'clock')
  await writeFile(file, '0')
  const child = spawn(process.execPath, ['--import', preload, '-e', watch], {
    env: { ...process.env, DRILL_CLOCK: file },
  })
  t.teardown(async () => {
    child.kill('SIGKILL')
    await once(child, 'exit')
    await rm(folder, { recursive: true, force: true })
  })
  let said: { offs: number[]; isDate: boolean } | undefined
  child.stdout.on('data', (chunk: Buffer) => {
    const [now, date, isDate] = (chunk.toString().trim().split('\n').at(-1) ?? '').split(' ')
    said = { offs: [Number(now) - Date.now(), Number(date) - Date.now()], isDate: isDate === 'true' }
  })
  const isOffBy = (ms: number) => (): boolean => said?.offs.every((off) => Math.abs(off - ms) < 10_000) ?? false

  await eventually(isOffBy(0))
  t.true(said?.isDate)
  await writeFile(file, '60000')
  await eventually(isOffBy(60_000))
  await writeFile(file, '-60000')
  await eventually(isOffBy(-60_000))
  t.true(said?.isDate)
})
