import path from 'node:path'
import { runBounded } from './bounded-run.ts'
import type { Bench, Finding, Judgement, Target } from './contract.ts'
import type { Program } from './programs.ts'

/** Many connections that are as slow as they can be: in their headers, in their bodies, in reading the answer. */

export interface Slowness {
  connections: number
  seconds: number
}

const modes = [
  { name: 'slow headers', args: ['-H', '-i', '3'], path: '/v1/timeline' },
  {
    name: 'slow body',
    args: ['-B', '-i', '3', '-s', '8192', '-f', 'application/json', '-t', 'POST'],
    path: '/v1/posts',
  },
  { name: 'slow upload', args: ['-B', '-i', '3', '-s', '100000', '-t', 'POST'], path: '/v1/media' },
  {
    name: 'slow reading',
    args: ['-X', '-w', '10', '-y', '20', '-n', '5', '-z', '32', '-k', '3'],
    path: '/openapi.json',
  },
] as const

export async function judgeBySlowness(
  slowhttptest: Program,
  { target, bench, slowness }: { target: Target; bench: Bench; slowness: Slowness },
): Promise<Judgement> {
  const { connections, seconds } = slowness
  const findings: Finding[] = []
  for (const { name, args, path: where } of modes) {
    bench.say(`slowhttptest: ${name}, ${connections} connections for ${seconds} s`)
    const common = ['-c', String(connections), '-r', '200', '-l', String(seconds), '-p', '3', '-v', '1']
    const log = path.join(bench.folder, `slowhttptest-${name.replaceAll(' ', '-')}.log`)
    const all = [...args, ...common, '-u', `${target.address}${where}`]
    const ran = await runBounded(slowhttptest, all, { log, seconds: seconds + 60 })
    const what = verdictOf(ran.output, ran.isCutOff)
    if (what !== undefined) findings.push({ tool: 'slowhttptest', where: name, what })
  }
  return { tried: `${modes.length} ways, ${connections} connections for ${seconds} s each`, findings }
}

/** It asks for the page by itself now and then, and says at its end whether that was answered. */
export function verdictOf(output: string, isCutOff: boolean): string | undefined {
  const plain = output.replaceAll(new RegExp(`${String.fromCodePoint(27)}\\[[0-9;]*[A-Za-z]`, 'g'), '')
  if (isCutOff) return 'did not end in time'
  if (!/Exit status:/.test(plain)) return 'ended without a word about what it saw'
  return /service available:\s+NO/.test(plain) ? 'the service did not answer it any more' : undefined
}
