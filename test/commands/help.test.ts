import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import test from 'ava'

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }
const ours = Object.entries(scripts)
  .map(([name, line]) => [name, /src\/commands\/[\w-]+\.ts/.exec(line)?.[0]] as const)
  .filter((pair): pair is [string, string] => pair[1] !== undefined)

test('whoever asks a command how it is called hears that, and it was no fault', async (t) => {
  t.true(ours.length >= 9, ours.join())
  for (const [name, file] of ours) {
    for (const asked of ['--help', '-h']) {
      // Without any setting, and without any service.
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [file, asked], { env: {} })
      t.true(stdout.startsWith(`npm run ${name}`), stdout)
      t.is(stderr, '', name)
    }
  }
})
