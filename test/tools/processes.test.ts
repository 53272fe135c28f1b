import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import {
  endLeftover,
  isRunning,
  markOf,
  readMark,
  startProcess,
  stopProcess,
  writeMark,
} from '../../tools/processes.ts'
import { waitFor } from '../../tools/wait.ts'

test('a process is known by its pid file as long as it runs', async (t) => {
  const { mark, pidFile } = await sleeper(t)
  t.deepEqual(readMark(pidFile), mark)

  await stopProcess(mark)

  t.is(readMark(pidFile), undefined)
})

test('a pid file whose number belongs to another process by now names nobody, and that process is left alone', async (t) => {
  const { mark, pidFile } = await sleeper(t)
  writeMark(pidFile, { pid: mark.pid, born: `${mark.born}0` })

  await endLeftover(pidFile)

  t.true(isRunning(mark))
})

test('what a crash left behind is ended by its pid file, children included', async (t) => {
  const { mark, pidFile, log } = await start(t, 'sleep 600 & echo child $!; wait')
  await waitFor({ isTrue: async () => /child \d+/.test(readFileSync(log, 'utf8')), withinMs: 20_000 })
  const childMark = markOf(Number(/child (\d+)/.exec(readFileSync(log, 'utf8'))?.[1]))
  t.truthy(childMark)

  process.kill(mark.pid, 'SIGKILL')
  await endLeftover(pidFile)

  t.false(isRunning(mark))
  const isGone = async (): Promise<boolean> => childMark !== undefined && !isRunning(childMark)
  t.is(await waitFor({ isTrue: isGone, withinMs: 20_000 }), 'yes')
})

test('a process that does not want to end is ended by force', async (t) => {
  const { mark, log } = await start(t, 'trap "" TERM; echo ready; while :; do sleep 1; done')
  await waitFor({ isTrue: async () => readFileSync(log, 'utf8').includes('ready'), withinMs: 20_000 })

  await stopProcess(mark, { withinMs: 200 })

  t.false(isRunning(mark))
})

function sleeper(t: ExecutionContext) {
  return start(t, 'exec sleep 600')
}

async function start(t: ExecutionContext, script: string) {
  const folder = mkdtempSync(path.join(tmpdir(), 'madang-process-'))
  const pidFile = path.join(folder, 'it.pid')
  const log = path.join(folder, 'it.log')
  const { mark } = await startProcess({ command: '/bin/sh', args: ['-c', script], log, pidFile })
  t.teardown(async () => {
    await stopProcess(mark, { signal: 'SIGKILL' })
    rmSync(folder, { recursive: true })
  })
  return { mark, pidFile, log }
}
