export const severities = ['info', 'low', 'moderate', 'high', 'critical'] as const
type Severity = (typeof severities)[number]

export type AuditAnswer =
  | { type: 'asked'; counts: Record<Severity, number>; named: string[] }
  | { type: 'not_asked'; reason: string }

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
