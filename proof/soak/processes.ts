import { execFile } from 'node:child_process'
import { readFile, readdir, readlink } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'

export interface Looking {
  pid: number
  /** File of its probe, where it has one. */
  probe: string | undefined
  /** With its children, such as the workers of Nginx. */
  isFamily: boolean
}

/** What can be seen of a process from outside, and through its probe. */
export async function lookAtProcess({ pid, probe, isFamily }: Looking): Promise<Record<string, number>> {
  const [outside, inside] = await Promise.all([
    process.platform === 'linux' ? lookIntoProc(isFamily ? await familyOf(pid) : [pid]) : askPs(pid),
    probe === undefined ? {} : readProbe(probe, pid),
  ])
  return { ...outside, ...inside }
}

/** Why something is missing on this machine; empty where all can be seen. */
export function unseenHere(): string[] {
  if (process.platform === 'linux') return []
  return ['open file handles and sockets: they are looked up in /proc, which this system does not have']
}

async function lookIntoProc(pids: readonly number[]): Promise<Record<string, number>> {
  const all = await Promise.all(pids.map(lookAtOne))
  const sum = (name: 'rss' | 'files' | 'sockets'): number => all.reduce((total, one) => total + one[name], 0)
  return { rss: sum('rss'), files: sum('files'), sockets: sum('sockets') }
}

async function familyOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  return [pid, ...text.split(' ').filter(Boolean).map(Number)]
}

async function lookAtOne(pid: number): Promise<{ rss: number; files: number; sockets: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const folder = `/proc/${pid}/fd`
  const handles = await readdir(folder).catch(() => [])
  const targets = await Promise.all(handles.map((handle) => readlink(path.join(folder, handle)).catch(() => '')))
  return {
    rss: Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024,
    files: handles.length,
    sockets: targets.filter((target) => target.startsWith('socket:')).length,
  }
}

async function askPs(pid: number): Promise<Record<string, number>> {
  const answer = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]).catch(() => undefined)
  return answer === undefined ? {} : { rss: Number(answer.stdout.trim()) * 1024 }
}

const probed = z.object({ pid: z.number(), heap: z.number(), external: z.number(), loopP99: z.number() })

/** Nothing where it has written nothing yet, or the file is of an earlier process. */
async function readProbe(file: string, pid: number): Promise<Record<string, number>> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  const found = text === undefined ? undefined : probed.safeParse(JSON.parse(text)).data
  if (found === undefined || found.pid !== pid) return {}
  const { heap, external, loopP99 } = found
  return { heap, external, loopP99 }
}
