import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { projectFolder } from '../../tools/paths.ts'
import { waitFor } from '../../tools/wait.ts'

const memory = z.object({ rss: z.number(), heapUsed: z.number(), external: z.number() })
export type Memory = z.output<typeof memory>

/** Settings with which a process can be asked for its memory: nothing in it changes but that it listens for SIGUSR2. */
export function probing(folder: string): Record<string, string> {
  mkdirSync(folder, { recursive: true })
  const probe = pathToFileURL(path.join(projectFolder, 'bench', 'site', 'memory-probe.ts')).href
  return { NODE_OPTIONS: `--import=${probe}`, BENCH_MEMORY: folder }
}

/** What a process holds when all garbage is collected. */
export async function memoryOf(pid: number, folder: string): Promise<Memory> {
  const file = path.join(folder, `${pid}.json`)
  rmSync(file, { force: true })
  process.kill(pid, 'SIGUSR2')
  let found: Memory | undefined
  const outcome = await waitFor({
    withinMs: 20_000,
    async isTrue() {
      found = readIf(file)
      return found !== undefined
    },
  })
  if (found === undefined) throw new Error(`process ${pid} did not say its memory (${JSON.stringify(outcome)})`)
  return found
}

function readIf(file: string): Memory | undefined {
  try {
    return memory.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return undefined
  }
}
