import path from 'node:path'
import { loadEnvFile } from './env-file.ts'
import { localLayout } from './local/layout.ts'
import type { Layout } from './local/layout.ts'
import { startOptions, usage } from './local/options.ts'
import { clearLeftovers, giveUpOwnership, takeOwnership } from './local/ownership.ts'
import { startStack } from './local/stack.ts'
import type { Stack } from './local/stack.ts'
import { whenParentIsGone } from './parent.ts'
import { runTool } from './problem.ts'
import { screenProgress } from './progress.ts'
import { providePrograms } from './services/provide.ts'
import type { ServiceName } from './services/find.ts'
import { Supervisor } from './supervisor.ts'
import { writeWhole } from './whole-file.ts'

/** npm start: the whole of Madang on this machine, from nothing to an address, until Ctrl-C. */
async function main(): Promise<number> {
  loadEnvFile(process.env)
  const options = startOptions(process.argv.slice(2), process.env)
  if (options === 'help') {
    process.stdout.write(`${usage}\n`)
    return 0
  }
  const progress = screenProgress()
  const layout = localLayout(options.folder)
  takeOwnership(layout)

  let stack: Stack | undefined
  const supervisor = new Supervisor({
    say: (text) => progress.say(`${clock()} ${text}`),
    onChange: () => stack && writeStack(layout, stack, supervisor),
  })
  const stopped = stopOnSignal(() => supervisor.stop())
  try {
    const needed: ServiceName[] = ['nginx']
    if (options.databaseUrl === undefined) needed.push('database')
    if (options.redisUrl === undefined) needed.push('redis')
    const programs = await providePrograms(progress, needed)
    await progress.step('What an earlier start left behind', () => clearLeftovers(layout))
    stack = await startStack({ layout, options, programs, supervisor, progress, env: process.env })
    writeStack(layout, stack, supervisor)
    progress.say(welcome(stack, layout))
    await stopped.promise
    return 0
  } catch (error) {
    if (!stopped.isAsked()) throw error
    return 0
  } finally {
    await supervisor.stop()
    stopped.release()
    giveUpOwnership(layout)
    if (stack || stopped.isAsked()) progress.say(`Stopped. The data stay in ${shortPath(layout.folder)}.`)
  }
}

interface StopRequest {
  /** Resolves when everything has stopped. */
  promise: Promise<void>
  isAsked(): boolean
  /** Lets this process end. */
  release(): void
}

/** Ctrl-C, a closed terminal, SIGTERM or the death of npm stop everything in order; asked again after a second, we leave without waiting. */
function stopOnSignal(stop: () => Promise<void>): StopRequest {
  let askedAt: number | undefined
  const { promise, resolve } = Promise.withResolvers<void>()
  // The children do not keep this process alive, the wait for its end does.
  const awake = setInterval(() => undefined, 60_000)
  const onSignal = (): void => {
    if (askedAt !== undefined) {
      // npm passes on what the terminal has sent already: two signals at once are one.
      if (performance.now() - askedAt > 1000) process.exit(1)
      return
    }
    askedAt = performance.now()
    process.stderr.write('\nStopping …\n')
    void stop().finally(resolve)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  whenParentIsGone(() => askedAt ?? onSignal())
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  return { promise, isAsked: () => askedAt !== undefined, release: () => clearInterval(awake) }
}

function writeStack(layout: Layout, stack: Stack, supervisor: Supervisor): void {
  const { demo: _demo, ...facts } = stack
  const content = { ...facts, pid: process.pid, pids: supervisor.pids }
  writeWhole(layout.stack, `${JSON.stringify(content, null, 2)}\n`)
}

function welcome(stack: Stack, layout: Layout): string {
  const lines = [
    '',
    `Madang is up: ${stack.address}`,
    `  web servers   ${stack.servers.join('  ')}`,
    `  logs          ${shortPath(path.dirname(layout.log('any')))}/*.log`,
    `  for tools     ${shortPath(layout.stack)}, ${shortPath(layout.env)}`,
  ]
  if (stack.demo) lines.push('', stack.demo.trimEnd())
  return [...lines, '', 'Ctrl-C stops everything; the next start goes on with the same data.'].join('\n')
}

function shortPath(file: string): string {
  const relative = path.relative(process.cwd(), file)
  return relative.startsWith('..') ? file : relative
}

function clock(): string {
  return new Date().toTimeString().slice(0, 8)
}

await runTool(main)
