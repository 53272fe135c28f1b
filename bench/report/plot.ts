import type { Measure } from '../contract.ts'
import { showBar, showRatio } from '../ratios.ts'
import type { Outcome } from '../ratios.ts'

/** A measure as a picture: a line a comparison, on a logarithmic scale of ours ÷ theirs, with its rounds and its bars. */

const width = 860
const left = 330
const right = 150
const lineHeight = 46
const top = 66

export interface Drawn {
  measure: Pick<Measure, 'id' | 'title'>
  outcomes: readonly Outcome[]
}

/** One SVG that needs nothing else. */
export function plotOf({ measure, outcomes }: Drawn): string {
  const scale = scaleOf(outcomes)
  const height = top + outcomes.length * lineHeight + 34
  const bottom = height - 30
  const ticks = scale.ticks.map((tick) => {
    const x = scale.x(tick)
    const line = `<line x1="${x}" y1="${top - 12}" x2="${x}" y2="${bottom}" class="${tick === 1 ? 'one' : 'tick'}"/>`
    return `${line}<text x="${x}" y="${bottom + 17}" class="small middle">${tick >= 1 ? tick : `1/${Math.round(1 / tick)}`}</text>`
  })
  const lines = outcomes.map((outcome, index) => lineOf(outcome, scale.x, top + index * lineHeight + 14))
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${escape(`${measure.id}: ${measure.title}`)}</title>
<style>${style}</style>
<rect width="${width}" height="${height}" class="paper"/>
<text x="16" y="26" class="title">${escape(`${measure.id}  ${measure.title}`)}</text>
<text x="16" y="44" class="small">ours ÷ theirs in each round; the bar is what must be reached, the dashed one the goal</text>
${ticks.join('\n')}
${lines.join('\n')}
</svg>
`
}

function lineOf({ comparison, ratios, median, isMustMet }: Outcome, x: (ratio: number) => number, y: number): string {
  const { bars, title, theirs } = comparison
  const { must, goal } = 'least' in bars ? bars.least : bars.most
  const kind = isMustMet ? 'met' : 'missed'
  return [
    `<text x="16" y="${y}" class="label">${escape(title)}</text>`,
    `<text x="16" y="${y + 15}" class="small">vs ${escape(theirs)}</text>`,
    `<line x1="${x(must)}" y1="${y - 14}" x2="${x(must)}" y2="${y + 16}" class="must"/>`,
    `<line x1="${x(goal)}" y1="${y - 14}" x2="${x(goal)}" y2="${y + 16}" class="goal"/>`,
    ...ratios.map((ratio) => `<circle cx="${x(ratio)}" cy="${y}" r="4" class="round ${kind}"/>`),
    `<path d="M${x(median)} ${y - 9} l7 9 l-7 9 l-7 -9 z" class="${kind}"/>`,
    `<text x="${width - right + 14}" y="${y}" class="label">${escape(showRatio(median))}</text>`,
    `<text x="${width - right + 14}" y="${y + 15}" class="small">${escape(`${showBar(bars, 'must')}, ${showBar(bars, 'goal')}`)}</text>`,
  ].join('\n')
}

interface Scale {
  x(ratio: number): number
  ticks: readonly number[]
}

const round = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500]

/** Wide enough for every ratio and every bar, and for 1, where both are alike. */
function scaleOf(outcomes: readonly Outcome[]): Scale {
  const values = outcomes.flatMap(({ ratios, comparison: { bars } }) => {
    const { must, goal } = 'least' in bars ? bars.least : bars.most
    return [...ratios, must, goal]
  })
  const least = Math.log(Math.min(1, ...values) / 1.25)
  const most = Math.log(Math.max(1, ...values) * 1.25)
  const x = (ratio: number): number =>
    Number((left + ((Math.log(ratio) - least) / (most - least)) * (width - left - right)).toFixed(1))
  return { x, ticks: round.filter((tick) => Math.log(tick) >= least && Math.log(tick) <= most) }
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

const style = `text { font: 13px system-ui, sans-serif; fill: #1c2530 } .title { font-size: 15px; font-weight: 600 }
.small { font-size: 11px; fill: #57606a } .middle { text-anchor: middle } .paper { fill: #fff }
.tick { stroke: #e3e7ec } .one { stroke: #8c959f } .must { stroke: #1c2530; stroke-width: 2 } .goal { stroke: #1c2530; stroke-dasharray: 3 3 }
.met { fill: #1a7f37 } .missed { fill: #d1242f } .round { opacity: .45 }`
