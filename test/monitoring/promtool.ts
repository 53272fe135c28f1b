import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import type { ExecutionContext } from 'ava'
import { stringify } from 'yaml'

/** Prometheus' own tool for rules. */

export const run = promisify(execFile)
export const promtool = process.env['PROMTOOL'] ?? ''

/** By name, with their labels, as promtool writes them: `0+5x160` is 0, 5, 10, … */
export type Series = Record<string, string>

export const seriesOf = (series: Series): { series: string; values: string }[] =>
  Object.entries(series).map(([name, values]) => ({ series: name, values }))

/** What promtool says of tests of these rules, which are evaluated once an interval. Rejects when one fails. */
export async function judgeRules(
  t: ExecutionContext,
  { rulesFile, interval, tests }: { rulesFile: string; interval: string; tests: readonly object[] },
): Promise<string> {
  const place = mkdtempSync(path.join(tmpdir(), 'madang-alerts-'))
  t.teardown(() => rmSync(place, { recursive: true }))
  const file = path.join(place, 'tests.yml')
  writeFileSync(file, stringify({ rule_files: [rulesFile], evaluation_interval: interval, tests }))
  const { stdout } = await run(promtool, ['test', 'rules', file])
  return stdout
}
