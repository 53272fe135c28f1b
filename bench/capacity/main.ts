import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { projectFolder } from '../../tools/paths.ts'
import { Problem, runTool } from '../../tools/problem.ts'
import { withTables } from './page.ts'
import { unitsFrom, unitsShape } from './units.ts'

/**
 * npm run capacity -- P2.json P13.json growth.json: takes the unit costs out of results of the bench, keeps them in units.json and
 * reckons the tables of docs/capacity.md from them. Without files the page is reckoned from the unit costs as they are.
 */

const unitsFile = path.join(projectFolder, 'bench', 'capacity', 'units.json')
const pageFile = path.join(projectFolder, 'docs', 'capacity.md')

function main(): Promise<number> {
  const files = process.argv.slice(2)
  if (files.length > 0) {
    const units = unitsFrom(files.map(read))
    writeFileSync(unitsFile, `${JSON.stringify(units, null, 2)}\n`)
  }
  const units = unitsShape.parse(JSON.parse(read(unitsFile)))
  writeFileSync(pageFile, withTables(read(pageFile), units))
  process.stdout.write(`${pageFile} is reckoned from ${units.commands.length} runs of the bench\n`)
  return Promise.resolve(0)
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new Problem(`${file} cannot be read`, { cause: error })
  }
}

await runTool(main)
