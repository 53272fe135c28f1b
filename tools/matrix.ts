import path from 'node:path'
import { runForeground } from './foreground.ts'
import { chooseOthers, versionOf } from './other-services.ts'
import type { Other } from './other-services.ts'
import { dataFolder, projectFolder } from './paths.ts'
import { Problem, runTool } from './problem.ts'
import { screenProgress } from './progress.ts'
import { ask } from './services/shell.ts'
import { provideUnstable } from './services/unstable.ts'
import { Tally } from './tally.ts'

/**
 * npm run test:matrix [-- NAME… FILE…]   runs the tests on other versions of the services (tools/other-services.ts), one after the other:
 * all, or those named. Each comes from the release of Debian that has it, fetched once into the data folder. The last lines say how each went.
 */
async function main(): Promise<number> {
  const { chosen, rest } = chooseOthers(process.argv.slice(2))
  const outcomes: Outcome[] = []
  for (const other of chosen) outcomes.push(await tryOn(other, rest))
  for (const { isPassed, line } of outcomes) process.stdout.write(`${isPassed ? '✔' : '✘'} ${line}\n`)
  return outcomes.filter(({ isPassed }) => !isPassed).length
}

interface Outcome {
  isPassed: boolean
  line: string
}

/** What cannot be had is said at the end, and the others are tried nevertheless. */
async function tryOn(other: Other, files: readonly string[]): Promise<Outcome> {
  try {
    return await runOn(other, files)
  } catch (error) {
    if (error instanceof Problem) return { isPassed: false, line: error.message }
    throw error
  }
}

async function runOn(other: Other, files: readonly string[]): Promise<Outcome> {
  const program = await provideUnstable(other, path.join(dataFolder, 'matrix', other.name), screenProgress())
  const { output } = await ask(program, [other.program === 'nginx' ? '-v' : '--version'])
  const version = versionOf(other, output)
  process.stderr.write(`\n${other.name}: ${version}\n`)
  const { DATABASE_URL: _given, DATABASE_URL_FILE: _file, ...env } = process.env
  const script = path.join(projectFolder, 'tools', 'test.ts')
  const tally = new Tally()
  const code = await runForeground(process.execPath, [script, ...files], {
    env: { ...env, [other.setting]: program },
    onText: (text) => tally.read(text),
  })
  const { passed, failed } = tally.result(code)
  const day = new Date().toISOString().slice(0, 10)
  return { isPassed: code === 0, line: `${other.name}: ${version}, ${passed} passed, ${failed} failed, ${day}` }
}

await runTool(main)
