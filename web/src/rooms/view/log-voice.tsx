import { useEffect, useRef, useState } from 'preact/hooks'
import { VisuallyHidden } from '../../ui/visually-hidden.tsx'
import { readSaid } from '../model/content.ts'
import type { Row } from '../model/log.ts'
import { useRoom } from '../visit/room-context.ts'
import { text } from './text.ts'

/** What comes within this time is told at once. */
const togetherMs = 1500
/** More than this at once is told as a number. */
const mostSpoken = 2

/** Reads new messages of others to who cannot see them; when many come at once, only how many. What is paged in is no news. */
export function LogVoice() {
  const { visit, faces, me } = useRoom()
  const [told, setTold] = useState('')
  const heard = useRef<number | undefined>(undefined)
  const rows = visit.rows.value
  const newest = rows.at(-1)?.seq ?? 0

  useEffect(() => {
    heard.current ??= newest
    if (newest <= heard.current) return
    const timer = setTimeout(() => {
      const fresh = rows.filter((row) => row.seq > (heard.current ?? 0) && row.from !== me && row.kind === 'text')
      heard.current = newest
      if (fresh.length > mostSpoken) setTold(text.value.heardMany(fresh.length))
      else if (fresh.length > 0) setTold(fresh.map((row) => spoken(row)).join('\n'))
    }, togetherMs)
    return () => clearTimeout(timer)
  }, [newest])

  function spoken(row: Row): string {
    const said = row.content === null ? undefined : readSaid(row.content)
    const body = said === undefined || said.body === '' ? text.value.picture(row.pictures.length) : said.body
    return text.value.heard(row.from === null ? '' : faces.nameOf(row.from), body)
  }
  return (
    <VisuallyHidden>
      <span aria-live="polite">{told}</span>
    </VisuallyHidden>
  )
}
