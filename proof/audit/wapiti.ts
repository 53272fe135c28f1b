import { readFileSync } from 'node:fs'
import path from 'node:path'
import { pathOf } from './asked.ts'
import type { Asked } from './asked.ts'
import { runBounded } from './bounded-run.ts'
import type { Bench, Finding, Judgement, Target } from './contract.ts'
import type { Program } from './programs.ts'

/** wapiti over all that can be read, and from there over what it links to. */

/** All but those that ask a service of others (ssrf, xxe, wapp, nikto) or guess names and passwords for hours (buster, brute_login_form). */
const modules = [
  ...['backup', 'cookieflags', 'crlf', 'csp', 'csrf', 'exec', 'file', 'htaccess', 'http_headers'],
  ...['methods', 'permanentxss', 'redirect', 'shellshock', 'sql', 'timesql', 'xss'],
]

export async function judgeByWapiti(
  wapiti: Program,
  { target, asked, bench }: { target: Target; asked: readonly Asked[]; bench: Bench },
): Promise<Judgement> {
  const pages = asked
    .filter(({ method }) => method === 'GET')
    .map((one) => `${target.address}${pathOf(one)}${queryOf(one)}`)
  const report = path.join(bench.folder, 'wapiti.json')
  const log = path.join(bench.folder, 'wapiti.log')
  const [scan, attack] = bench.isQuick ? [15, 5] : [120, 60]
  const args = [
    ...['-u', `${target.address}/`, '--scope', 'domain', ...pages.flatMap((page) => ['-s', page])],
    ...['-H', `Authorization: Bearer ${target.token}`, '-m', modules.join(','), '-d', '2', '-S', 'normal', '-t', '10'],
    ...['--max-scan-time', String(scan), '--max-attack-time', String(attack), '--max-links-per-page', '50'],
    ...['--flush-session', '--store-session', path.join(bench.folder, 'wapiti'), '--no-bugreport'],
    ...['--store-config', path.join(bench.folder, 'wapiti-config')],
    ...['-f', 'json', '-o', report, '-v', '1'],
  ]
  const seconds = scan + attack * modules.length + 60
  bench.say(`wapiti: ${pages.length} pages, ${modules.length} kinds of attack, ${Math.round(seconds / 60)} min at most`)
  const ran = await runBounded(wapiti, args, { log, seconds })
  const tried = `${pages.length} pages, ${modules.length} kinds of attack`
  return { tried, findings: readReport(report, ran.isCutOff).map((found) => ({ tool: 'wapiti', ...found })) }
}

function queryOf({ query }: Asked): string {
  const text = new URLSearchParams(query).toString()
  return text === '' ? '' : `?${text}`
}

interface Report {
  vulnerabilities: Record<string, Entry[]>
  anomalies: Record<string, Entry[]>
}
interface Entry {
  method: string
  path: string
  info: string
}

/** A report that is not there is something found: the tool has not judged. */
export function readReport(file: string, isCutOff: boolean): Omit<Finding, 'tool'>[] {
  let report: Report
  try {
    report = JSON.parse(readFileSync(file, 'utf8')) as Report
  } catch {
    const what = isCutOff ? 'was cut off without a report' : 'ended without a report'
    return [{ where: 'its run', what, isUnjudged: true }]
  }
  return Object.entries({ ...report.vulnerabilities, ...report.anomalies }).flatMap(([kind, entries]) =>
    entries.map(({ method, path: where, info }) => ({ where: `${method} ${where}`, what: `${kind}: ${info}` })),
  )
}
