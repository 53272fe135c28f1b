import { readFileSync } from 'node:fs'
import path from 'node:path'
import { projectFolder } from '../../tools/paths.ts'

/** The tables of docs/monitoring.md. */

export interface Documented {
  name: string
  type: string
  labels: string[]
  /** Whether servers show it, workers, or both. */
  of: 'servers' | 'workers' | 'both' | 'library'
}

const page = readFileSync(path.join(projectFolder, 'docs/monitoring.md'), 'utf8')

function rowsBetween(begin: string, end: string): string[][] {
  const from = page.indexOf(begin)
  const to = page.indexOf(end, from + begin.length)
  if (from < 0 || to < 0) throw new Error(`docs/monitoring.md has no “${begin}” before “${end}”`)
  return page
    .slice(from, to)
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
}

const wordsIn = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word)

function metricsBetween(begin: string, end: string, of: Documented['of']): Documented[] {
  return rowsBetween(begin, end).map((cells) => {
    const [name = '', type = '', labels = '', unit = '', meaning = ''] = cells
    if (unit.length < 2 || meaning.length < 3 || cells.length !== 5) throw new Error(`${name} is not described`)
    return { name: wordsIn(name)[0] ?? '', type, labels: wordsIn(labels), of }
  })
}

export const documented: Documented[] = [
  ...metricsBetween('### Of servers', '### Of workers', 'servers'),
  ...metricsBetween('### Of workers', '### Of both', 'workers'),
  ...metricsBetween('### Of both', 'Beside these', 'both'),
  ...metricsBetween('Beside these', '## Alerts', 'library'),
]

const alertsBetween = (begin: string, end: string) =>
  rowsBetween(begin, end).map(([alert = '', severity = '', why = '', what = '']) => ({
    ...{ alert: wordsIn(alert)[0] ?? '', severity, why, what },
  }))

export const documentedAlerts = alertsBetween('## Alerts', '### On a cluster')
/** By numbers of kube-state-metrics, which are none of ours. */
export const documentedClusterAlerts = alertsBetween('### On a cluster', '## Dashboards')
export const documentedDashboards = rowsBetween('## Dashboards', '## What holds this').map(
  ([name = '']) => wordsIn(name)[0] ?? '',
)
