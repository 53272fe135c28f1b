import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { markOf, startProcess } from '../../tools/processes.ts'
import { Supervisor } from '../../tools/supervisor.ts'
import type { Service } from '../../tools/supervisor.ts'
import { waitFor } from '../../tools/wait.ts'

test('a service that is killed comes back by itself, and it is said', async (t) => {
  const { supervisor, said, service } = setting(t)
  await supervisor.start(service('redis', 'exec sleep 600'))
  const killed = supervisor.pids['redis'] ?? 0
  t.true(killed > 0)

  process.kill(killed, 'SIGKILL')
  const isBack = async (): Promise<boolean> => said.some((line) => line.startsWith('redis is back'))
  const outcome = await waitFor({ isTrue: isBack, withinMs: 20_000 })

  t.is(outcome, 'yes')
  t.not(supervisor.pids['redis'], killed)
  t.truthy(markOf(supervisor.pids['redis'] ?? 0))
})

test('a start that fails shows the end of the log, and its siblings can be stopped', async (t) => {
  const { supervisor, service } = setting(t)
  await supervisor.start(service('redis', 'exec sleep 600'))
  const sibling = supervisor.pids['redis'] ?? 0

  const failing = { ...service('server-1', 'echo no such table; exit 3'), isReady: async () => false }
  const error = await t.throwsAsync(supervisor.start(failing))
  await supervisor.stop()

  t.regex(error.message, /server-1 ended \(exit code 3\)/)
  t.regex(error.message, /no such table/)
  t.is(markOf(sibling), undefined)
})

test('a start that fails once goes unsaid, one that fails again and again is said once with the end of the log', async (t) => {
  const { said: once } = await cameBackAfter(t, 1)
  const { said: often } = await cameBackAfter(t, 4)

  t.is(once.length, 2)
  t.is(often.length, 3)
  t.regex(often[1] ?? '', /^worker-1 did not come back 3 times.*ended \(exit code 3\).*no such table/s)
  for (const said of [once, often]) t.regex(said.at(-1) ?? '', /^worker-1 is back after/)
})

test('stopping goes from the last started to the first, and nothing comes back', async (t) => {
  const { supervisor, said, service, folder } = setting(t)
  const diary = path.join(folder, 'diary')
  for (const name of ['database', 'worker', 'nginx']) {
    const script = `trap 'echo ${name} >> ${diary}; exit' TERM; echo ready; while :; do sleep 600 & wait $!; done`
    const plain = service(name, script)
    await supervisor.start({ ...plain, isReady: async () => readFileSync(plain.log, 'utf8').includes('ready') })
  }

  await supervisor.stop()

  t.is(readFileSync(diary, 'utf8'), 'nginx\nworker\ndatabase\n')
  t.deepEqual(said, [])
})

/** A worker that is killed, and whose next starts fail that often. */
async function cameBackAfter(t: ExecutionContext, failures: number) {
  const { supervisor, said, service } = setting(t)
  const sound = service('worker-1', 'exec sleep 600')
  const broken = service('worker-1', 'echo no such table; exit 3')
  let starts = 0
  let isSound = true
  const start = () => {
    isSound = starts === 0 || starts > failures
    starts += 1
    return isSound ? sound.start() : broken.start()
  }
  await supervisor.start({ ...sound, start, isReady: async () => isSound })

  process.kill(supervisor.pids['worker-1'] ?? 0, 'SIGKILL')
  const isBack = async (): Promise<boolean> => said.some((line) => line.includes('is back'))
  t.is(await waitFor({ isTrue: isBack, withinMs: 20_000 }), 'yes')
  return { said }
}

function setting(t: ExecutionContext) {
  const folder = mkdtempSync(path.join(tmpdir(), 'madang-supervisor-'))
  const said: string[] = []
  const supervisor = new Supervisor({ say: (text) => said.push(text), onChange: () => undefined })
  t.teardown(async () => {
    await supervisor.stop()
    rmSync(folder, { recursive: true })
  })
  const service = (name: string, script: string): Service => {
    const files = { name, log: path.join(folder, `${name}.log`), pidFile: path.join(folder, `${name}.pid`) }
    const start = () => startProcess({ ...files, command: '/bin/sh', args: ['-c', script] })
    return { ...files, start, isReady: async () => true }
  }
  return { supervisor, said, service, folder }
}
