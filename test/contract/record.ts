import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { runForeground } from '../../tools/foreground.ts'
import { projectFolder } from '../../tools/paths.ts'
import { Problem, runTool } from '../../tools/problem.ts'
import { generousLimits } from '../security/settings.ts'
import { Site } from '../security/site.ts'
import { startStack } from '../support/stack.ts'
import { Caller } from './asking.ts'
import { settle } from './bindings.ts'
import { converse, happen, shortMemories, tellersOf } from './conversation.ts'
import { drive } from './driving.ts'
import { Recorder, messagesOf } from './recorder.ts'

/**
 * npm run examples   asks everything of a stack of its own, as the tests do, and writes what it was answered and told into
 * src/examples, from where the documents show it.
 */
async function main(): Promise<number> {
  const stack = await startStack({ ...generousLimits, ...shortMemories }, { hasLeastPrivilege: true })
  try {
    const site = await Site.open(stack)
    const told = await tellersOf(site)
    await happen(site, told)
    const recorder = new Recorder()
    const caller = await Caller.of(site, (answered) => recorder.keep(answered))
    await settle(site)
    for (const operation of caller.operations) await drive(caller, operation)
    if (caller.faults.length > 0) throw new Problem(`Not as described:\n${caller.faults.join('\n')}`)
    await converse(site, told)
    write('operations.json', recorder.operations)
    write('messages.json', messagesOf(told.heard))
    return await runForeground(path.join(projectFolder, 'node_modules', '.bin', 'oxfmt'), ['src/examples'])
  } finally {
    await stack.stop()
  }
}

function write(name: string, examples: object): void {
  const file = path.join(projectFolder, 'src', 'examples', name)
  writeFileSync(file, `${JSON.stringify(examples, null, 2)}\n`)
  process.stdout.write(`${Object.keys(examples).length} examples in src/examples/${name}\n`)
}

await runTool(main)
