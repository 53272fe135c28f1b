import test from 'ava'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { promisify } from 'node:util'
import { describeError, placesOf } from '../../src/platform/log.ts'

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

const sly = 'what alice said\n    at the secret place'
const ways: [what: string, error: () => Error][] = [
  ['of its own', () => new Error(`no such thing: ${sly}`)],
  ['of the database', () => fromMysql(`Duplicate entry '${sly}' for key 'by_name'`)],
  ['of the database, with the value at its end', () => fromMysql(`Truncated incorrect DOUBLE value: '${sly}'`)],
]
const fromMysql = (sqlMessage: string): Error => {
  const error = Object.assign(new Error(sqlMessage), { errno: 1062, sqlMessage })
  error.message = `insert into people - ${sqlMessage}`
  return error
}

for (const [what, make] of ways) {
  test(`words of a message ${what} that look like a place are none`, (t) => {
    const error = make()

    const places = placesOf(error)

    t.true(places.length > 0)
    t.true(places.every((line) => line.startsWith('    at ')))
    t.false(places.join('\n').includes('secret'))
    t.false(JSON.stringify({ ...(describeError(error) as object), message: '' }).includes('secret'))
  })
}

test('an error whose message came later, or that has no places, is told all the same', (t) => {
  const later = new Error()
  later.message = 'said later'
  const nowhere = new Error('nowhere')
  nowhere.stack = ''

  t.regex(placesOf(later)[0] ?? '', /log\.test\.ts/)
  t.deepEqual(placesOf(nowhere), [])
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

/**
 * Warns, leaves lines that wait for the fifth of a second after which they are written by themselves, and ends with 7 if it gets that far. That
 * time is what is tested: nothing tells when lines that nobody takes were written.
 */
const warning = `
  const { createLog } = await import('./src/platform/log.ts')
  const log = createLog({ level: 'info', service: 'test' })
  await new Promise((resolve) => process.stdin.once('data', resolve))
  for (let n = 1; n <= 105; n += 1) log[n % 10 === 0 ? 'warn' : 'info']({ n }, 'a line')
  await new Promise((resolve) => setTimeout(resolve, 300))
  log.info('waits until the end')
  process.exit(7)`
const node = [process.execPath, ['--input-type=module', '--eval', warning]] as const

test('a process whose log nobody reads any more goes on, and ends as it would', async (t) => {
  const child = spawn(...node, { stdio: ['pipe', 'pipe', 'inherit'], timeout: 60_000, killSignal: 'SIGKILL' })
  child.stdout.destroy()
  child.stdin.end('go')

  t.deepEqual(await once(child, 'exit'), [7, null])
})

test('a process whose log finds the disk full goes on, and ends as it would', async (t) => {
  const full = await open('/dev/full', 'w')
  const child = spawn(...node, { stdio: ['pipe', full.fd, 'inherit'], timeout: 60_000, killSignal: 'SIGKILL' })
  child.stdin?.end('go')

  t.deepEqual(await once(child, 'exit'), [7, null])
  await full.close()
})

test('who reads the log slowly reads all of it', async (t) => {
  const lines = 4000
  const script = `
    process.stdout.write('')
    const { createLog } = await import('./src/platform/log.ts')
    const log = createLog({ level: 'info', service: 'test' })
    for (let n = 1; n <= ${lines}; n += 1) log[n % 50 === 0 ? 'warn' : 'info']({ n, long: 'é'.repeat(200) }, 'a line')
    process.exit(0)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let read = ''
  for await (const some of child.stdout.setEncoding('utf8')) {
    read += String(some)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }

  const seen = read
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { n: number }).n)
  t.deepEqual(
    seen,
    Array.from({ length: lines }, (_, index) => index + 1),
  )
})
