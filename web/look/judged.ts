import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { projectFolder } from '../../tools/paths.ts'

/** Lighthouse is no package of Madang: it has a folder with a lock file of its own. */
export const lighthouseFolder = path.join(projectFolder, 'tools', 'lighthouse')

export const categories = ['performance', 'accessibility', 'best-practices'] as const
export type Category = (typeof categories)[number]

/** What Lighthouse found of a page. */
export interface Judgement {
  /** 0 to 100. */
  scores: Readonly<Record<Category, number>>
  /** Times and sizes in words, by the audit that took them. */
  measures: Readonly<Record<string, string>>
  /** How fast Lighthouse found the machine (its own measure, some 1,500 to 2,000 for what it was made for), and how much slower it took it to be. */
  machine: { benchmark: number; slowdown: number }
  /** Why a score is not 100: the audits that cost something, each with what it says. */
  costs: readonly string[]
  html: string
}

export interface Judging {
  /** Where the browser is told what to do. */
  port: number
  /** As on a middling phone with a slow network, or at a desk. */
  form: 'phone' | 'desk'
}

/** A page that lives is never done with the network, for which Lighthouse would wait three times as long. All that it measures has come by then. */
const watchedMs = 15_000

/** Judges the page at `url` as it is with what the browser keeps, and from an empty cache. */
export async function judge(url: string, { port, form }: Judging): Promise<Judgement> {
  const { default: lighthouse, desktopConfig } = await loadLighthouse()
  const settings = {
    ...{ port, output: 'html', onlyCategories: categories, disableStorageReset: true, logLevel: 'error' },
    maxWaitForLoad: watchedMs,
  }
  const result = await lighthouse(url, settings, form === 'desk' ? desktopConfig : undefined)
  if (result === undefined) throw new Error(`Lighthouse has nothing to say of ${url}`)
  if (result.lhr.runtimeError !== undefined) throw new Error(`${url}: ${result.lhr.runtimeError.message}`)
  return judgementOf(result)
}

function judgementOf({ lhr, report }: Result): Judgement {
  const scores = { performance: 0, accessibility: 0, 'best-practices': 0 }
  const costs: string[] = []
  for (const category of categories) {
    const { score, auditRefs } = lhr.categories[category]
    scores[category] = Math.round((score ?? 0) * 100)
    for (const { id, weight } of auditRefs) {
      const audit = lhr.audits[id]
      if (audit === undefined || audit.score === null || audit.score >= 0.9 || weight === 0) continue
      costs.push(`${category}: ${audit.title}${audit.displayValue === undefined ? '' : ` (${audit.displayValue})`}`)
    }
  }
  const measured = Object.entries(lhr.audits).flatMap(([id, { displayValue }]) =>
    displayValue === undefined ? [] : [[id, displayValue] as const],
  )
  const { environment, configSettings } = lhr
  const machine = {
    benchmark: environment.benchmarkIndex,
    slowdown: configSettings.throttling.cpuSlowdownMultiplier,
  }
  return { scores, measures: Object.fromEntries(measured), machine, costs, html: report }
}

/** What is used of Lighthouse, whose own types are installed with it alone. */
interface Result {
  report: string
  lhr: {
    runtimeError?: { message: string }
    environment: { benchmarkIndex: number }
    configSettings: { throttling: { cpuSlowdownMultiplier: number } }
    categories: Record<Category, { score: number | null; auditRefs: { id: string; weight: number }[] }>
    audits: Record<string, { title: string; score: number | null; displayValue?: string } | undefined> &
      Record<string, { title: string; score: number | null; displayValue?: string }>
  }
}
interface Lighthouse {
  default: (url: string, settings: object, config?: object) => Promise<Result | undefined>
  desktopConfig: object
}

async function loadLighthouse(): Promise<Lighthouse> {
  const index = path.join(lighthouseFolder, 'node_modules', 'lighthouse', 'core', 'index.js')
  return (await import(pathToFileURL(index).href)) as Lighthouse
}
