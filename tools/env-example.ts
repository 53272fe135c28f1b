import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { envExample } from './env-text.ts'
import { projectFolder } from './paths.ts'
import { runTool } from './problem.ts'

/** tools/env-example.ts [FILE]   writes .env.example, or FILE, anew. */
async function main(): Promise<number> {
  const file = path.resolve(projectFolder, process.argv[2] ?? '.env.example')
  writeFileSync(file, envExample())
  process.stdout.write(`✔ settings: written to ${path.basename(file)}\n`)
  return 0
}

await runTool(main)
