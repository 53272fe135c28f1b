import type { Entry } from './entry.ts'
import { systemSender } from './entry.ts'
import type { RoomDescription, RoomsPort } from './contract.ts'

/** The transcript as a page for readers, piece by piece: `head`, then the entries in order, then `foot`. */
export interface TranscriptPage {
  head: string
  linesOf(entries: readonly Entry[]): string
  foot: string
}

export function createTranscriptPage(
  description: RoomDescription,
  rooms: Pick<RoomsPort, 'describeEntry'>,
): TranscriptPage {
  let lastDay = ''
  return {
    head: headOf(description),
    linesOf(entries) {
      return entries
        .map((entry) => {
          const text = rooms.describeEntry(entry)
          if (text === undefined) return ''
          const at = new Date(entry.at).toISOString()
          const [day, time] = [at.slice(0, 10), at.slice(11)]
          const separator = day === lastDay ? '' : `<li class="day"><time datetime="${day}">${day}</time></li>\n`
          lastDay = day
          return separator + lineOf(entry, { day, time, text, name: description.names.get(entry.sender) })
        })
        .join('')
    },
    foot: '</ol>\n</main>\n</body>\n</html>\n',
  }
}

const styles = `body{font:16px/1.5 system-ui,sans-serif;margin:0;color:#1c1b1a;background:#fbfaf8}
main{max-width:46rem;margin:0 auto;padding:2rem 1rem}ol{list-style:none;padding:0}li{padding:.15rem 0;overflow-wrap:anywhere;white-space:pre-wrap}
time{color:#6d6a66;font-size:.8rem;margin-inline-end:.6rem}.day{padding-top:1rem}.note{color:#6d6a66;font-style:italic}
@media (prefers-color-scheme:dark){body{color:#eceae6;background:#1b1a19}time,.note{color:#a19d97}}`

/** The page's own words are English; what people wrote runs in the direction of its own script. */
function headOf(description: RoomDescription): string {
  const name = escapeHtml(description.name)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${name}</title>
<style>${styles}</style>
</head>
<body>
<main>
<h1 dir="auto">${name}</h1>
<p dir="auto">${escapeHtml(description.topic)}</p>
<p class="note">Times are in UTC.</p>
<ol>
`
}

interface Line {
  day: string
  time: string
  text: string
  name: string | undefined
}

function lineOf(entry: Entry, { day, time, text, name }: Line): string {
  const isNote = entry.sender === systemSender || entry.payload.length === 0
  const speaker = entry.sender === systemSender ? '' : `<b>${escapeHtml(name ?? '?')}</b> `
  return `<li id="s${entry.seq}"${isNote ? ' class="note"' : ''}><time datetime="${day}T${time}">${time.slice(0, 8)}</time>${speaker}<span dir="auto">${escapeHtml(text)}</span></li>\n`
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '')
}
