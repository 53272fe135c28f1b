import { readAnswer, severities } from './advisory-answer.ts'
import type { AuditAnswer } from './advisory-answer.ts'
import { runTool } from './problem.ts'
import { ask } from './services/shell.ts'

/**
 * npm run audit:packages [-- --strict]   asks npm's registry whether anything of what runs in production has a known weakness.
 *
 * Fails on one that is *high* or *critical*. Registries that are copies often do not answer this question: then that is said, and
 * with `--strict` it is a failure too.
 */
async function main(): Promise<number> {
  const isStrict = process.argv.includes('--strict')
  const { output } = await ask('npm', ['audit', '--omit=dev', '--package-lock-only', '--json', '--loglevel=silent'])
  const answer = readAnswer(output)
  process.stdout.write(`${describe(answer)}\n`)
  if (answer.type === 'not_asked') return isStrict ? 1 : 0
  return answer.counts.high + answer.counts.critical
}

function describe(answer: AuditAnswer): string {
  if (answer.type === 'not_asked') {
    return `! advisories were NOT looked up: this registry does not answer (${answer.reason})`
  }
  const found = severities.filter((name) => answer.counts[name] > 0).map((name) => `${answer.counts[name]} ${name}`)
  if (found.length === 0) return '✔ advisories: none for what runs in production'
  return `${answer.named.length > 0 ? '✘' : '✔'} advisories: ${[...found, ...answer.named].join(', ')}`
}

await runTool(main)
