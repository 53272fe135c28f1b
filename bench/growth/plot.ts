import type { Growth, GrowthPlot } from './contract.ts'

/** Quantities over sizes, both on logarithmic scales: what grows as the size does rises by one square a square. */

const width = 860
const height = 400
const left = 70
const right = 230
const top = 50
const bottom = 350

/** One SVG that needs nothing else. Quantities that were nothing at every size have no line. */
export function growthPlot({ title, y, quantities }: GrowthPlot, { sweep, points }: Growth): string {
  const lines = quantities
    .map((name) => ({
      name,
      points: points.flatMap(({ size, figures }) => {
        const value = figures[name] ?? 0
        return value > 0 ? [[size, value] as const] : []
      }),
    }))
    .filter((line) => line.points.length > 0)
  const across = scaleOf(
    points.map(({ size }) => size),
    left,
    width - right,
  )
  const up = scaleOf(
    lines.flatMap((line) => line.points.map(([, value]) => value)),
    bottom,
    top,
  )
  const drawn = lines.map((line, index) => {
    const color = colors[index % colors.length] ?? 'black'
    const path = line.points.map(([px, py], n) => `${n === 0 ? 'M' : 'L'}${across.at(px)} ${up.at(py)}`).join('')
    const dots = line.points.map(
      ([px, py]) => `<circle cx="${across.at(px)}" cy="${up.at(py)}" r="3.5" fill="${color}"/>`,
    )
    const label = `<text x="${width - right + 14}" y="${top + 14 + index * 20}" style="fill:${color}">${wordsOf(line.name)}</text>`
    return `<path d="${path}" fill="none" stroke="${color}" stroke-width="1.5"/>${dots.join('')}${label}`
  })
  const columns = across.ticks.map(
    (tick) =>
      `<line x1="${across.at(tick)}" y1="${top}" x2="${across.at(tick)}" y2="${bottom}" class="tick"/><text x="${across.at(tick)}" y="${bottom + 18}" class="small middle">${shown(tick)}</text>`,
  )
  const rows = up.ticks.map(
    (tick) =>
      `<line x1="${left}" y1="${up.at(tick)}" x2="${width - right}" y2="${up.at(tick)}" class="tick"/><text x="${left - 8}" y="${up.at(tick) + 4}" class="small end">${shown(tick)}</text>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${escape(title)}</title>
<style>${style}</style>
<rect width="${width}" height="${height}" class="paper"/>
<text x="16" y="26" class="title">${escape(title)}</text>
${columns.join('\n')}
${rows.join('\n')}
<text x="${left}" y="${bottom + 38}" class="small">${escape(sweep.x)}</text>
<text x="16" y="${top - 8}" class="small">${escape(y)}</text>
${drawn.join('\n')}
</svg>
`
}

const colors = ['#0969da', '#bc4c00', '#1a7f37', '#8250df', '#57606a', '#cf222e']

/** From the power of ten below the least to the one above the most; a tick at each. */
function scaleOf(values: readonly number[], from: number, to: number): { at(value: number): number; ticks: number[] } {
  const least = Math.floor(Math.log10(Math.min(...values)))
  const most = Math.max(least + 1, Math.ceil(Math.log10(Math.max(...values))))
  return {
    at: (value) => Number((from + ((Math.log10(value) - least) / (most - least)) * (to - from)).toFixed(1)),
    ticks: Array.from({ length: most - least + 1 }, (_, index) => Number(`1e${least + index}`)),
  }
}

/** `serverMicros` as `server micros`. */
function wordsOf(quantity: string): string {
  return escape(quantity.replaceAll(/[A-Z0-9]+/g, (part) => ` ${part.toLowerCase()}`))
}

function shown(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 6 })
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

const style = `text { font: 13px system-ui, sans-serif; fill: #1c2530 } .title { font-size: 15px; font-weight: 600 }
.small { font-size: 11px; fill: #57606a } .middle { text-anchor: middle } .end { text-anchor: end } .paper { fill: #fff }
.tick { stroke: #e3e7ec }`
