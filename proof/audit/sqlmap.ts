import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathOf } from './asked.ts'
import type { Asked } from './asked.ts'
import { runBounded } from './bounded-run.ts'
import type { Bench, Finding, Judgement, Target } from './contract.ts'
import type { Program } from './programs.ts'

/** sqlmap at every place of every route: parts of paths, queries, members of bodies, and headers that we read. */

const secondsEach = 180
const atOnce = 2

export async function judgeBySqlmap(
  sqlmap: Program,
  { target, asked, bench }: { target: Target; asked: readonly Asked[]; bench: Bench },
): Promise<Judgement> {
  const waiting = bench.isQuick ? asked.slice(0, 6) : [...asked]
  const count = waiting.length
  const findings: Finding[] = []
  let places = 0
  let done = 0
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const marked = markedRequest(next, target)
      const marks = marked.split(mark).length - 1
      places += marks
      const verdict = marks === 0 ? undefined : await judgeOne(sqlmap, { asked: next, marked, bench })
      if (verdict !== undefined) findings.push({ tool: 'sqlmap', where: next.line, ...verdict })
      done += 1
      bench.say(`sqlmap: ${done} of ${count} routes, ${findings.length} findings`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return { tried: `${places} places of ${count} routes`, findings }
}

const mark = '*'

async function judgeOne(
  sqlmap: Program,
  { asked, marked, bench }: { asked: Asked; marked: string; bench: Bench },
): Promise<Verdict | undefined> {
  const name = asked.line.replaceAll(/[^A-Za-z]+/g, '-')
  const file = path.join(bench.folder, `sqlmap-${name}.http`)
  const log = path.join(bench.folder, `sqlmap-${name}.log`)
  writeFileSync(file, marked, { mode: 0o600 })
  const args = [
    '-r',
    file,
    '--batch',
    '--level=1',
    '--risk=1',
    '--dbms=MySQL',
    '--ignore-code=400,401,403,404,409,422,426',
  ]
  const output = ['--disable-coloring', '--flush-session', `--output-dir=${path.join(bench.folder, `sqlmap-${name}`)}`]
  const limits = ['--ignore-stdin', '--timeout=10', '--retries=0', '--drop-set-cookie', '--time-sec=2', '--threads=1']
  const ran = await runBounded(sqlmap, [...args, ...output, ...limits], { log, seconds: secondsEach })
  return verdictOf(ran)
}

type Verdict = Pick<Finding, 'what' | 'isUnjudged'>

/** What sqlmap found; undefined for nothing. A run without a verdict is one to look at, and not one that found nothing. */
export function verdictOf({ output, isCutOff }: { output: string; isCutOff: boolean }): Verdict | undefined {
  const places = [...output.matchAll(/^Parameter: (.*)$/gm)].map(([, place]) => place)
  if (places.length > 0) return { what: `injection at ${[...new Set(places)].join(', ')}` }
  if (/all tested parameters do not appear to be injectable/.test(output)) return undefined
  const isUnjudged = true
  if (isCutOff) return { what: `was cut off after ${secondsEach} s without a verdict`, isUnjudged }
  const last = /\[CRITICAL\] (.*)/.exec(output)?.[1] ?? output.trim().split('\n').at(-1)
  return { what: `gave no verdict: ${last}`, isUnjudged }
}

/** As `sqlmap -r` reads it, with a mark behind each value that is to be tried. */
function markedRequest(asked: Asked, { address, token }: Target): string {
  const { method, query, body } = asked
  const values = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}${mark}`)
  const parts = Object.fromEntries(Object.entries(asked.parts).map(([name, value]) => [name, `${value}${mark}`]))
  const marked = pathOf({ ...asked, parts })
  const target = `${marked}${values.length > 0 ? `?${values.join('&')}` : ''}`
  const json = body === undefined ? '' : markedJson(body)
  return [
    `${method} ${target} HTTP/1.1`,
    `Host: ${new URL(address).host}`,
    `Authorization: Bearer ${token}`,
    ...(method === 'POST' ? [`User-Agent: tester${mark}`, `Idempotency-Key: key${mark}`] : []),
    ...(body === undefined ? [] : ['Content-Type: application/json']),
    '',
    json,
  ].join('\r\n')
}

function markedJson(body: Record<string, unknown>): string {
  const members = Object.entries(body).map(([name, value]) => {
    const text = typeof value === 'string' ? JSON.stringify(`${value}${mark}`) : `${JSON.stringify(value)}${mark}`
    return `${JSON.stringify(name)}:${text}`
  })
  return `{${members.join(',')}}`
}
