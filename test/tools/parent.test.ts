import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { z } from 'zod'
import { projectFolder } from '../../tools/paths.ts'
import { isRunning, markOf, stopProcess } from '../../tools/processes.ts'
import { waitFor } from '../../tools/wait.ts'

test('each script of package.json takes the place of its shell, so that a signal to npm reaches it', (t) => {
  const { scripts } = packageSchema.parse(JSON.parse(readFileSync(path.join(projectFolder, 'package.json'), 'utf8')))

  const launched = Object.values(scripts).filter((script) => script.includes('tools/launcher.mjs'))

  t.true(launched.length > 0)
  for (const script of launched) t.regex(script, /^exec node /)
})

test('below npm the death of the parent is noticed, even by SIGKILL', async (t) => {
  const { parent, lines } = await orphanOf(t, { npm_lifecycle_event: 'start' })

  parent.kill('SIGKILL')

  const isNoticed = async (): Promise<boolean> => lines().includes('gone')
  t.is(await waitFor({ isTrue: isNoticed, withinMs: 20_000 }), 'yes')
})

test('a script ends with the SIGTERM that its shell is sent', async (t) => {
  const { parent, child } = await orphanOf(t, {}, 'exec ')

  parent.kill('SIGTERM')

  t.is(parent.pid, child.pid)
  t.is(await waitFor({ isTrue: async () => !isRunning(child), withinMs: 20_000 }), 'yes')
})

const packageSchema = z.object({ scripts: z.record(z.string(), z.string()) })

/** A shell as npm starts one, and below it a Node that waits for the shell's death. */
async function orphanOf(t: ExecutionContext, env: NodeJS.ProcessEnv, how = '') {
  const folder = mkdtempSync(path.join(tmpdir(), 'madang-parent-'))
  const log = path.join(folder, 'log')
  const script = path.join(folder, 'waits.ts')
  writeFileSync(log, '')
  writeFileSync(
    script,
    `import { appendFileSync } from 'node:fs'
    import { whenParentIsGone } from '${projectFolder}/tools/parent.ts'
    const say = (word) => appendFileSync('${log}', word + '\\n')
    whenParentIsGone(() => (say('gone'), process.exit()))
    setInterval(() => undefined, 60_000)
    say(String(process.pid))`,
  )
  const lines = (): string[] => readFileSync(log, 'utf8').split('\n')
  const after = how === '' ? '; exit $?' : ''
  const words = ['-c', `${how}'${process.execPath}' '${script}'${after}`]
  const parent = spawn('/bin/sh', words, { stdio: 'ignore', env: { PATH: process.env['PATH'], ...env } })
  t.is(await waitFor({ isTrue: async () => lines().length > 1, withinMs: 20_000 }), 'yes')
  const child = markOf(Number(lines()[0])) ?? { pid: 0, born: 'never' }
  t.teardown(async () => {
    parent.kill('SIGKILL')
    await stopProcess(child)
    rmSync(folder, { recursive: true })
  })
  return { parent, child, lines }
}
