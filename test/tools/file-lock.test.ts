import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { withFileLock } from '../../tools/file-lock.ts'

test('what is done under one lock is done one after the other', async (t) => {
  const file = lockFile(t)
  let inside = 0
  let most = 0

  const work = async (): Promise<void> => {
    inside += 1
    most = Math.max(most, inside)
    await new Promise((resolve) => setTimeout(resolve, 20))
    inside -= 1
  }
  await Promise.all([1, 2, 3].map(() => withFileLock(file, work)))

  t.is(most, 1)
})

test('the lock of a process that died is taken over', async (t) => {
  const file = lockFile(t)
  writeFileSync(file, JSON.stringify({ pid: process.pid, born: 'long ago' }))

  t.is(await withFileLock(file, async () => 'done'), 'done')
})

function lockFile(t: ExecutionContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'madang-lock-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  return path.join(folder, 'it.lock')
}
