import { setFlagsFromString } from 'node:v8'
import { renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { runInNewContext } from 'node:vm'

/**
 * Loaded before a server (`--import`): nothing outside can collect its garbage. At SIGUSR2 it collects all there is and writes down what
 * is left, into a file named after the process.
 */
const folder = process.env['BENCH_MEMORY']
// A flag that is set this late holds for new contexts only.
setFlagsFromString('--expose-gc')
const collect: unknown = runInNewContext('gc')

if (folder !== undefined) {
  const file = path.join(folder, `${process.pid}.json`)
  process.on('SIGUSR2', () => void tell(file))
}

/** What one collection frees may hold what the next one finds, and some of it goes only when other work had its turn. */
async function tell(file: string): Promise<void> {
  if (typeof collect !== 'function') throw new Error('this Node collects no garbage when asked')
  for (let times = 0; times < 5; times += 1) {
    collect()
    await setTimeout(100)
  }
  const { rss, heapUsed, external } = process.memoryUsage()
  writeFileSync(`${file}.new`, JSON.stringify({ rss, heapUsed, external }))
  renameSync(`${file}.new`, file)
}
