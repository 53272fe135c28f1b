/** How quantities went over something else, such as memory over messages: lines with their points on linear scales that begin at zero. */
export interface Curves {
  title: string
  /** What the axes say, with units. */
  x: string
  y: string
  lines: readonly { name: string; points: readonly (readonly [x: number, y: number])[] }[]
  /** Bounds that must not be passed. */
  bounds: readonly { name: string; y: number }[]
}

const width = 860
const height = 380
const left = 70
const right = 210
const top = 50
const bottom = 330

/** One SVG that needs nothing else. */
export function svgOf({ title, x, y, lines, bounds }: Curves): string {
  const xs = lines.flatMap(({ points }) => points.map(([value]) => value))
  const ys = [...lines.flatMap(({ points }) => points.map(([, value]) => value)), ...bounds.map((bound) => bound.y)]
  const across = axis(Math.max(1, ...xs), left, width - right)
  const up = axis(Math.max(1, ...ys) * 1.05, bottom, top)
  const drawn = lines.map(({ name, points }, index) => {
    const color = colors[index % colors.length]
    const path = points.map(([px, py], n) => `${n === 0 ? 'M' : 'L'}${across.at(px)} ${up.at(py)}`).join('')
    const label = `<text x="${width - right + 14}" y="${top + 14 + index * 20}" style="fill:${color}">${escape(name)}</text>`
    return `<path d="${path}" fill="none" stroke="${color}" stroke-width="1.5"/>${label}`
  })
  const limits = bounds.map(({ name, y: value }, index) => {
    const label = `<text x="${width - right + 14}" y="${top + 34 + (lines.length + index) * 20}" class="small">┄ ${escape(name)}</text>`
    return `<line x1="${left}" y1="${up.at(value)}" x2="${width - right}" y2="${up.at(value)}" class="bound"/>${label}`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${escape(title)}</title>
<style>${style}</style>
<rect width="${width}" height="${height}" class="paper"/>
<text x="16" y="26" class="title">${escape(title)}</text>
${across.ticks.map((tick) => `<text x="${across.at(tick)}" y="${bottom + 18}" class="small middle">${shown(tick)}</text>`).join('')}
${up.ticks.map((tick) => `<line x1="${left}" y1="${up.at(tick)}" x2="${width - right}" y2="${up.at(tick)}" class="tick"/><text x="${left - 8}" y="${up.at(tick) + 4}" class="small end">${shown(tick)}</text>`).join('')}
<text x="${left}" y="${bottom + 38}" class="small">${escape(x)}</text>
<text x="16" y="${top - 8}" class="small">${escape(y)}</text>
${drawn.join('\n')}
${limits.join('\n')}
</svg>
`
}

const colors = ['#0969da', '#bc4c00', '#1a7f37', '#8250df', '#57606a']

/** From zero to at least `most`, with about five round ticks. */
function axis(most: number, from: number, to: number): { at(value: number): number; ticks: number[] } {
  const rough = most / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power
  const ticks = Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step)
  return { at: (value) => Number((from + (value / most) * (to - from)).toFixed(1)), ticks }
}

function shown(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 2 })
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

const style = `text { font: 13px system-ui, sans-serif; fill: #1c2530 } .title { font-size: 15px; font-weight: 600 }
.small { font-size: 11px; fill: #57606a } .middle { text-anchor: middle } .end { text-anchor: end } .paper { fill: #fff }
.tick { stroke: #e3e7ec } .bound { stroke: #1c2530; stroke-dasharray: 3 3 }`
