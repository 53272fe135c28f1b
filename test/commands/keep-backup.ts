import { readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Problem, runTool } from '../../tools/problem.ts'
import { createWorld } from '../support/world.ts'
import { backUp } from './backup-site.ts'
import { fillSite, seenOf } from './kept-site.ts'

/**
 * npm test -- --shell -- node test/commands/keep-backup.ts NAME   takes a backup of a small installation on the database of the tests and
 * keeps it in `kept-backups`, so that later versions and other databases are held to restoring it. One that is kept never changes.
 */
export const keptFolder = path.join(import.meta.dirname, 'kept-backups')

async function main(): Promise<number> {
  const [name = ''] = process.argv.slice(2)
  if (!/^[\w.-]+$/.test(name))
    throw new Problem('Say what it is called, as the database and its version: mariadb-10.11')
  const folder = path.join(keptFolder, name)
  const world = await createWorld()
  try {
    await fillSite(world)
    const seen = await seenOf(world)
    const { code, said } = await backUp(world, folder)
    if (code !== 0) throw new Problem(said)
    await writeFile(`${folder}.json`, `${JSON.stringify(seen, undefined, 2)}\n`)
    process.stdout.write(`${said}${(await readdir(keptFolder)).join(' ')}\n`)
    return 0
  } finally {
    await world.close()
  }
}

if (import.meta.main) await runTool(main)
