import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { projectFolder } from '../../tools/paths.ts'
import { runTool } from '../../tools/problem.ts'
import { readKept } from '../report/keep.ts'
import { withTables } from './page.ts'
import { unitsFrom } from './units.ts'

/** npm run capacity: reckons the tables of docs/capacity.md from the runs that are kept in bench/results. */

const pageFile = path.join(projectFolder, 'docs', 'capacity.md')

function main(): Promise<number> {
  const units = unitsFrom(readKept())
  writeFileSync(pageFile, withTables(readFileSync(pageFile, 'utf8'), units))
  process.stdout.write(`${pageFile} is reckoned from ${units.sources.map(({ id }) => id).join(', ')}\n`)
  return Promise.resolve(0)
}

await runTool(main)
