import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { configReference } from './config-text.ts'
import { projectFolder } from './paths.ts'
import { runTool } from './problem.ts'

/** tools/config-reference.ts   writes docs/configuration.md anew. */
async function main(): Promise<number> {
  writeFileSync(path.join(projectFolder, 'docs/configuration.md'), configReference())
  process.stdout.write('✔ settings: written to docs/configuration.md\n')
  return 0
}

await runTool(main)
