import test from 'ava'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describeError } from '../../src/platform/log.ts'

test('of an error a log tells what, where and why, and not the values it carries', (t) => {
  const database = Object.assign(new Error("insert into accounts values ('secret') - Data too long"), {
    code: 'ER_DATA_TOO_LONG',
    sql: "insert into accounts values ('secret')",
    bindings: ['secret'],
    sqlMessage: 'Data too long',
  })
  const redis = Object.assign(new Error('OOM command not allowed'), { command: { name: 'rpush', args: ['secret'] } })
  const error = new Error('not kept', { cause: Object.assign(database, { cause: redis }) })

  const described = describeError(error)

  t.false(JSON.stringify(described).includes('secret'))
  t.like(described, {
    type: 'Error',
    message: 'not kept',
    cause: { message: 'Data too long', code: 'ER_DATA_TOO_LONG', cause: { message: 'OOM command not allowed' } },
  })
  t.regex(String(Object.entries(described as object).find(([key]) => key === 'stack')?.[1]), /log\.test\.ts/)
})

test('an error that causes itself and a thrown value that is no error are told all the same', (t) => {
  const loop = new Error('loop')
  loop.cause = loop

  t.notThrows(() => JSON.stringify(describeError(loop)))
  t.deepEqual(describeError('secret'), { type: 'string' })
})

test('lines leave in their order, also when the process ends right behind them', async (t) => {
  const script = `
    const { createLog } = await import('./src/platform/log.ts')
    const log = createLog({ level: 'info', service: 'test' })
    for (let n = 1; n <= 1000; n += 1) log[n % 50 === 0 ? 'warn' : 'info']({ n }, 'a line')
    process.exit(0)`

  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])

  const lines = stdout.trim().split('\n')
  t.deepEqual(
    lines.map((line) => (JSON.parse(line) as { n: number }).n),
    Array.from({ length: 1000 }, (_, index) => index + 1),
  )
})
