import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { showValue } from './measures.ts'
import type { Measure } from './measures.ts'
import type { SoakOptions } from './options.ts'
import type { SoakResult } from './run.ts'
import type { Series } from './samples.ts'
import type { Site } from './site.ts'
import type { Summary } from './summary.ts'

export interface Reported {
  site: Pick<Site, 'address' | 'unusual'>
  options: SoakOptions
  result: SoakResult
  series: readonly Series[]
  summary: Summary
  /** The checker's report. */
  promises: string
}

const require = createRequire(import.meta.url)

/** One file that needs nothing else: the plots are drawn by uPlot, which lies in it. */
export function reportPage({ site, options, result, series, summary, promises }: Reported): string {
  const { minutes, seed, people, rooms, messagesPerSecond } = options
  const asked = `${minutes} min asked for, ${result.minutes.toFixed(1)} min watched; seed ${seed}; ${people} people, ${rooms} rooms at once, ${messagesPerSecond} messages a second; ${result.samples.length} samples`
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Soak of ${result.minutes.toFixed(0)} min</title>
<style>${fileOf('uplot/dist/uPlot.min.css')}
${style}</style></head><body>
<h1>Soak</h1>
<p class="${summary.isGood ? 'good' : 'bad'}">${escape(summary.headline)}</p>
<p>${escape(asked)}; ${escape(site.address)}</p>
<h2>What rises</h2>
<p>Over the second half: the slope of Theil and Sen in an hour, between its bounds of 95 %. A series <b>rises</b> when the lower bound is above what is
allowed, is <b>flat</b> when the upper one is not, and else <b>unclear</b>. What falls is flat.</p>
${table(series)}
<h2>Promises</h2>
<pre>${escape(promises)}</pre>
${result.strays === 0 ? '' : `<p class="bad">${result.strays} lines of rooms that had been judged already</p>`}
${list('Limited', result.advice)}${list('Not seen', result.unseen)}
<h2>Plots</h2>
<div id="plots"></div>
${list('Settings other than on a site', site.unusual)}
<script>${fileOf('uplot/dist/uPlot.iife.min.js')}</script>
<script>const charts = ${dataOf(series)};
${drawing}</script>
</body></html>
`
}

function table(series: readonly Series[]): string {
  const rows = series.flatMap(({ part, measure, verdict }) => {
    if (verdict === undefined) return []
    const say = (value: number): string => escape(showValue(value, measure.unit))
    const { judgement, median, perHour, low, high, allowedPerHour } = verdict
    const cells = [say(median), say(perHour), `${say(low)} … ${say(high)}`, say(allowedPerHour)]
    const numbers = cells.map((cell) => `<td class="number">${cell}</td>`).join('')
    const names = `<td>${escape(part)}</td><td>${escape(measure.title)}</td>`
    return [`<tr>${names}${numbers}<td class="${judgement}">${judgement.replace('_', ' ')}</td></tr>`]
  })
  const head = ['part', 'what', 'median', 'an hour', 'bounds', 'allowed', ''].map((text) => `<th>${text}</th>`).join('')
  return `<table><tr>${head}</tr>${rows.join('')}</table>`
}

function list(title: string, items: readonly string[]): string {
  if (items.length === 0) return ''
  return `<h2>${title}</h2><ul>${items.map((item) => `<li>${escape(item)}</li>`).join('')}</ul>`
}

interface Chart {
  title: string
  unit: Measure['unit']
  minutes: number[]
  lines: { part: string; values: (number | null)[] }[]
}

/** One chart a measure, with a line a part, on one axis of time. */
function dataOf(series: readonly Series[]): string {
  const charts = [...Map.groupBy(series, ({ measure }) => measure)].map(([measure, those]): Chart => {
    const minutes = [...new Set(those.flatMap(({ points }) => points.map(({ minute }) => minute)))].toSorted(
      (a, b) => a - b,
    )
    const lines = those.map(({ part, points }) => {
      const values = new Map(points.map(({ minute, value }) => [minute, value]))
      return { part, values: minutes.map((minute) => values.get(minute) ?? null) }
    })
    return { title: measure.title, unit: measure.unit, minutes, lines }
  })
  return JSON.stringify(charts).replaceAll('<', '\\u003c')
}

function fileOf(name: string): string {
  return readFileSync(require.resolve(name), 'utf8')
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

const style = `body { font: 15px/1.5 system-ui, sans-serif; max-width: 1180px; margin: 2rem auto; padding: 0 1rem; color: #1c2530 }
table { border-collapse: collapse } td, th { padding: .15rem .7rem; border-bottom: 1px solid #e3e7ec; text-align: left }
.number { text-align: right; font-variant-numeric: tabular-nums } pre { background: #f4f6f8; padding: 1rem; overflow: auto }
.good, .flat { color: #17693a } .bad, .rises { color: #b3261e; font-weight: 600 } .unclear, .too_short { color: #8a5a00 }
#plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(540px, 1fr)); gap: 1.5rem }`

/** Runs in the page. */
const drawing = `
const colours = ['#1f6feb', '#d1242f', '#1a7f37', '#9a6700', '#8250df', '#0a7b83', '#bf3989', '#57606a']
const scale = { bytes: 1 / 1048576, ms: 1, count: 1, perSecond: 1 }
const suffix = { bytes: ' MiB', ms: ' ms', count: '', perSecond: '/s' }
for (const { title, unit, minutes, lines } of charts) {
  const place = document.getElementById('plots').appendChild(document.createElement('div'))
  const series = lines.map(({ part }, index) => ({ label: part, stroke: colours[index % colours.length], width: 1.5, points: { show: false } }))
  const data = [minutes, ...lines.map(({ values }) => values.map((value) => value === null ? null : value * scale[unit]))]
  const axes = [{ label: 'minutes' }, { size: 80, values: (_, ticks) => ticks.map((tick) => tick + suffix[unit]) }]
  const scales = { x: { time: false }, y: { range: (_, low, high) => [0, Math.max(1, high * 1.1)] } }
  new uPlot({ title, width: 540, height: 260, series: [{ label: 'minute' }, ...series], axes, scales }, data, place)
}`
