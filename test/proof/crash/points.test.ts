import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { noticeOf } from '../../../proof/crash/order.ts'
import { crashPoints } from '../../../src/platform/crash-point.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const [one, other] = crashPoints

/** Passes these points in a process that was told where to die, and then says goodbye. */
async function pass(points: readonly string[], crashpoint?: string) {
  const script = `import { crashPoint } from './src/platform/crash-point.ts'
    for (const point of ${JSON.stringify(points)}) crashPoint(point)
    console.log('goodbye')`
  const child = spawn(process.execPath, ['--import', './proof/crash/preload.ts', '--input-type=module', '-e', script], {
    cwd: root,
    env: { ...process.env, ...(crashpoint === undefined ? {} : { CRASHPOINT: crashpoint }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return { code, signal, said }
}

test('a process dies at the passing that it was told, and says so before', async (t) => {
  const died = await pass([one, other, one], `${one}:2`)

  t.is(died.signal, 'SIGKILL')
  t.is(died.said, `${noticeOf(one, 'SIGKILL')}\n`)
})

test('a process that was told nothing, or passes too seldom, lives on', async (t) => {
  for (const told of [undefined, other, `${one}:4`]) {
    t.like(await pass([one, one, one], told), { code: 0, signal: null, said: 'goodbye\n' }, told)
  }
})

test('a point that is not there is refused with the names of those that are', async (t) => {
  for (const told of ['flush: nowhere', `${one}:0`, '']) {
    const refused = await pass([one], told)
    t.is(refused.code, 1, told)
    t.true(refused.said.includes(`CRASHPOINT=${told}: give name:n with one of these names`), refused.said)
    t.true(refused.said.includes(other))
  }
})

test('each point stands at one place in the code, and nowhere by another name', (t) => {
  const files = globSync(['src/**/*.ts', 'workers/**/*.ts'], { cwd: root })
  const calls = files.flatMap((file) => [
    ...readFileSync(join(root, file), 'utf8').matchAll(/\bcrashPoint\((?!point: )(.*)\)$/gm),
  ])

  const named = calls.map(([, argument = '']) => argument.replace(/^'(.*)'$/, '$1'))
  t.deepEqual(named.toSorted(), [...crashPoints].toSorted())
})
