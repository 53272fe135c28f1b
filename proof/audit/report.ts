import type { Finding } from './contract.ts'
import type { Watched } from './probe.ts'

/** One tool's part of the summary. */
export interface Chapter {
  tool: string
  tried: string
  seconds: number
  findings: readonly Finding[]
  overlooked: readonly { finding: Finding; reason: string }[]
  watched: Watched
  /** Answers of Nginx meanwhile, by the first digit of their status. */
  answers: Record<string, number>
}

const mib = (bytes: number): string => `${Math.round(bytes / 1024 ** 2)} MiB`

/** A table in Markdown, and below it everything that was found. */
export function reportOf(chapters: readonly Chapter[]): string {
  const rows = chapters.map(({ tool, tried, seconds, findings, overlooked, watched, answers }) => [
    tool,
    `${tried}, ${Math.round(seconds)} s`,
    Object.entries(answers)
      .map(([digit, count]) => `${digit}xx ${count}`)
      .join(', '),
    `${watched.probes}, slowest ${watched.slowestMs} ms, ${watched.slow} over 1 s`,
    Object.entries(watched.most)
      .map(([name, bytes]) => `${name} ${mib(bytes)}`)
      .join(', '),
    `${findings.length}${overlooked.length > 0 ? ` (and ${overlooked.length} known for none)` : ''}`,
  ])
  const head = ['tool', 'tried', 'answers', 'others meanwhile', 'most memory', 'findings']
  const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  const found = chapters.flatMap(({ findings }) =>
    findings.map(({ tool, where, what }) => `- ${tool}, ${where}: ${what}`),
  )
  const none = chapters.flatMap(({ overlooked }) =>
    overlooked.map(({ finding, reason }) => `- ${finding.tool}, ${finding.where}: ${finding.what} — ${reason}`),
  )
  return [
    '# What outside tools found',
    '',
    ...table,
    ...(found.length > 0 ? ['', '## Findings', '', ...found] : []),
    ...(none.length > 0 ? ['', '## Known for none', '', ...new Set(none)] : []),
    '',
  ].join('\n')
}
