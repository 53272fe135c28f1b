import { runTool } from './problem.ts'
import { ask } from './services/shell.ts'

/**
 * npm run audit:packages [-- --strict]   asks npm's registry whether anything of what runs in production has a known weakness.
 *
 * Fails on one that is *high* or *critical*. Registries that are copies often do not answer this question: then that is said, and
 * with `--strict` it is a failure too.
 */
const severities = ['info', 'low', 'moderate', 'high', 'critical'] as const
type Severity = (typeof severities)[number]

export type AuditAnswer =
  | { type: 'asked'; counts: Record<Severity, number>; named: string[] }
  | { type: 'not_asked'; reason: string }

async function main(): Promise<number> {
  const isStrict = process.argv.includes('--strict')
  const { output } = await ask('npm', ['audit', '--omit=dev', '--package-lock-only', '--json', '--loglevel=silent'])
  const answer = readAnswer(output)
  process.stdout.write(`${describe(answer)}\n`)
  if (answer.type === 'not_asked') return isStrict ? 1 : 0
  return answer.counts.high + answer.counts.critical
}

/** What `npm audit --json` wrote. An answer that is not the one to our question is never taken for "nothing found". */
export function readAnswer(output: string): AuditAnswer {
  const report = parse(output)
  const counts = report?.metadata?.vulnerabilities
  if (report === undefined || counts === undefined || !severities.every((name) => Number.isInteger(counts[name]))) {
    return { type: 'not_asked', reason: report?.message ?? (output.trim().split('\n').at(-1) || 'npm said nothing') }
  }
  const named = Object.entries(report.vulnerabilities ?? {})
    .filter(([, { severity }]) => severity === 'high' || severity === 'critical')
    .map(([name, { severity }]) => `${name} (${severity})`)
  return { type: 'asked', counts: counts as Record<Severity, number>, named }
}

interface Report {
  message?: string
  metadata?: { vulnerabilities?: Partial<Record<Severity, number>> }
  vulnerabilities?: Record<string, { severity: string }>
}

function parse(output: string): Report | undefined {
  try {
    return JSON.parse(output.slice(output.indexOf('{'))) as Report
  } catch {
    return undefined
  }
}

function describe(answer: AuditAnswer): string {
  if (answer.type === 'not_asked') {
    return `! advisories were NOT looked up: this registry does not answer (${answer.reason})`
  }
  const found = severities.filter((name) => answer.counts[name] > 0).map((name) => `${answer.counts[name]} ${name}`)
  if (found.length === 0) return '✔ advisories: none for what runs in production'
  return `${answer.named.length > 0 ? '✘' : '✔'} advisories: ${[...found, ...answer.named].join(', ')}`
}

if (import.meta.main) await runTool(main)
