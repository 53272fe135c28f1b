import test from 'ava'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { worldOf } from '../support/world.ts'

const world = worldOf(test, { isMigrated: false })
const command = fileURLToPath(new URL('../../src/commands/migrate.ts', import.meta.url))

function migrate(...args: string[]): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [command, ...args], { env: world().env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), said: stdout + stderr })
    })
  })
}

test.serial('an empty database is told apart, brought up, and taken down again', async (t) => {
  const before = await migrate('status')
  const [first, second] = await Promise.all([migrate(), migrate('up')])
  const after = await migrate('status')
  const down = await migrate('down', '--all-data-goes')

  t.is(before.code, 1)
  t.regex(before.said, /missing 011_messages/)
  t.deepEqual([first.code, second.code], [0, 0], first.said + second.said)
  t.regex(first.said + second.said, /applying 011_messages/)
  t.regex(first.said + second.said, /Nothing to apply/)
  t.is(after.code, 0)
  t.is(down.code, 0)
  t.regex(down.said, /took back 011_messages/)
  t.is((await migrate('status')).code, 1)
})

test.serial('all data goes only when that is said', async (t) => {
  const { code, said } = await migrate('down')

  t.is(code, 2)
  t.regex(said, /down --all-data-goes/)
})

test.serial('a setting that is missing is named', async (t) => {
  const { code, said } = await new Promise<{ code: number; said: string }>((resolve) => {
    execFile(process.execPath, [command], { env: {} }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), said: stdout + stderr })
    })
  })

  t.is(code, 1)
  t.regex(said, /DATABASE_URL/)
})
