/** A dashboard with its answers, drawn without Grafana: enough to see whether each panel says what it is meant to say. */

export interface Line {
  name: string
  /** Seconds since 1970 and value, in order. */
  points: readonly (readonly [number, number])[]
}

export interface AnsweredPanel {
  title: string
  description: string
  type: string
  unit: string
  place: { x: number; y: number; w: number; h: number }
  queries: readonly string[]
  lines: readonly Line[]
}

const rowHeight = 34
const colours = [
  '#3b7dd8',
  '#d9822b',
  '#2f9e5b',
  '#c43d3d',
  '#7b5ea7',
  '#8a6d3b',
  '#1f9ea8',
  '#c2558f',
  '#6b7a8f',
  '#a3a11f',
]

export function pageOf(title: string, description: string, panels: readonly AnsweredPanel[]): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(title)}</title><style>
body{font:13px system-ui,sans-serif;margin:16px;background:#f4f5f7;color:#1c2430}h1{font-size:20px;margin:0}p{margin:2px 0 12px}
main{display:grid;grid-template-columns:repeat(24,1fr);grid-auto-rows:${rowHeight}px;gap:6px}
section{background:#fff;border:1px solid #d9dde3;border-radius:4px;padding:6px 8px;overflow:hidden;display:flex;flex-direction:column}
h2{font-size:13px;margin:0;white-space:nowrap}h3{align-self:end;margin:0;font-size:14px}small{color:#5b6675;font-size:10px;line-height:1.2}
svg{flex:1;min-height:0;width:100%}b{font-size:22px;margin:auto}ul{margin:0;padding:0;list-style:none;font-size:10px;max-height:38px;overflow:hidden}li{display:inline;margin-right:8px}
</style><h1>${escaped(title)}</h1><p>${escaped(description)}</p><main>${panels.map(panelOf).join('')}</main></html>`
}

function panelOf(panel: AnsweredPanel): string {
  const { x, y, w, h } = panel.place
  const place = `style="grid-area:${y + 1}/${x + 1}/span ${h}/span ${w}"`
  if (panel.type === 'row') return `<h3 ${place}>${escaped(panel.title)}</h3>`
  const content = panel.lines.length === 0 ? '<b>no data</b>' : panel.type === 'stat' ? latest(panel) : chart(panel)
  return `<section ${place} title="${escaped(panel.queries.join('\n'))}"><h2>${escaped(panel.title)}</h2><small>${escaped(panel.description)}</small>${content}</section>`
}

function latest({ lines, unit }: AnsweredPanel): string {
  return lines
    .map(({ name, points }) => `<b>${inUnit(points.at(-1)?.[1], unit)}</b><small>${escaped(name)}</small>`)
    .join('')
}

function chart({ lines, unit }: AnsweredPanel): string {
  const points = lines.flatMap((line) => line.points)
  const [from, to] = [Math.min(...points.map(([at]) => at)), Math.max(...points.map(([at]) => at))]
  const most = Math.max(...points.map(([, value]) => value).filter(Number.isFinite), 0) || 1
  const place = ([at, value]: readonly [number, number]): string =>
    `${(((at - from) / (to - from || 1)) * 300).toFixed(1)},${(98 - (value / most) * 94).toFixed(1)}`
  const paths = lines.map((line, index) => {
    const known = line.points.filter(([, value]) => Number.isFinite(value))
    return `<polyline fill="none" stroke="${colours[index % colours.length]}" vector-effect="non-scaling-stroke" stroke-width="1.5" points="${known.map(place).join(' ')}"/>`
  })
  const names = lines.map(
    (line, index) =>
      `<li style="color:${colours[index % colours.length]}">${escaped(line.name)} ${inUnit(line.points.at(-1)?.[1], unit)}</li>`,
  )
  return `<small>up to ${inUnit(most, unit)}</small><svg viewBox="0 0 300 100" preserveAspectRatio="none">${paths.join('')}</svg><ul>${names.join('')}</ul>`
}

const thousands: readonly [number, string][] = [
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
]
const suffixes: Readonly<Record<string, string>> = { s: 's', bytes: 'B', ops: '/s', reqps: '/s' }

export function inUnit(value: number | undefined, unit: string): string {
  if (value === undefined || Number.isNaN(value)) return '–'
  if (unit === 'percentunit') return `${(value * 100).toFixed(1)} %`
  if (unit === 's' && value > 0 && value < 1) return `${(value * 1000).toPrecision(3)} ms`
  const [size, letter] = thousands.find(([least]) => value >= least) ?? [1, '']
  const rounded = Number((value / size).toPrecision(3))
  return `${rounded}${letter === '' ? '' : ` ${letter}`}${suffixes[unit] ?? ''}`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
