import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import test from 'ava'
import { projectFolder } from '../../tools/paths.ts'
import { ask } from '../../tools/services/shell.ts'

/** Each command of CI with arguments that make it quick, and what its last line says when it has done its work. */
const quick: Record<string, { args: string[]; lastLine: RegExp }> = {
  'tools/check.ts': { args: ['locks'], lastLine: /^✔ locks$/ },
  'tools/advisories.ts': { args: [], lastLine: /^! advisories were NOT looked up: .+/ },
  'tools/test.ts --proof': { args: ['test/tools/tally.test.ts'], lastLine: /^[1-9]\d* passed, 0 failed$/ },
  'tools/test.ts': { args: ['test/tools/tally.test.ts'], lastLine: /^[1-9]\d* passed, 0 failed$/ },
}

const commands = [...read('.ci/run').matchAll(/^node tools\/launcher\.mjs (.+) \|\| status=1$/gm)].map(
  ([, command = '']) => command,
)

test('each command of CI is known here, and whether it worked is asked of each', (t) => {
  t.deepEqual(commands, Object.keys(quick))
  t.is(read('.ci/run').match(/^node /gm)?.length, commands.length)
})

/**
 * The launcher starts a Node of its own only where the one that runs is too old; else it loads the command into its own process,
 * where the command is not the main module. Both ways it has to do its work.
 */
for (const command of commands) {
  test(`with the right Node, CI's ${command} does its work`, async (t) => {
    const [script = '', ...options] = command.split(' ')
    const { args, lastLine } = quick[command] ?? { args: [], lastLine: /./ }
    const answer = await node('tools/launcher.mjs', script, ...options, ...args)

    t.regex(answer.output.trim().split('\n').at(-1) ?? '', lastLine, answer.output)
    t.is(answer.code, 0)
  })
}

test('advisories that could not be looked up are a failure where that is asked for', async (t) => {
  t.is((await node('tools/launcher.mjs', 'tools/advisories.ts', '--strict')).code, 1)
})

test('the settings are written by the launcher, too', async (t) => {
  const file = path.join(projectFolder, '.data', `env-example-${process.pid}`)
  t.teardown(() => rmSync(file, { force: true }))

  const answer = await node('tools/launcher.mjs', 'tools/env-example.ts', file)

  t.is(answer.code, 0, answer.output)
  t.is(readFileSync(file, 'utf8'), read('.env.example'))
})

/** Nobody answers at the address of the registry, so that nothing here depends on the network. */
function node(...args: string[]): ReturnType<typeof ask> {
  const env = { ...process.env, npm_config_registry: 'http://127.0.0.1:9/', npm_config_fetch_retries: '0' }
  return ask(process.execPath, args, { cwd: projectFolder, env })
}

function read(file: string): string {
  return readFileSync(path.join(projectFolder, file), 'utf8')
}
