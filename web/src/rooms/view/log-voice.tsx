import { signal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { VisuallyHidden } from '../../ui/visually-hidden.tsx'
import { readSaid } from '../model/content.ts'
import type { Row } from '../model/log.ts'
import type { Faces } from '../visit/faces.ts'
import { useRoom } from '../visit/room-context.ts'
import { text } from './text.ts'

/** What comes within this time is told at once. */
const togetherMs = 1500
/** More than this at once is told as a number. */
const mostSpoken = 2

/** Reads new messages of others to who cannot see them; when many come at once, only how many. What is paged in is no news. */
export function LogVoice() {
  const { visit, faces, me } = useRoom()
  const told = useMemo(() => signal(''), [])
  useEffect(() => tellNews(visit.rows, { faces, me, tell: (words) => (told.value = words) }), [visit, faces, me, told])
  return (
    <VisuallyHidden>
      <span aria-live="polite">{told}</span>
    </VisuallyHidden>
  )
}

interface Voice {
  faces: Faces
  me: string
  tell: (words: string) => void
}

/** Answers how to fall silent. */
function tellNews(rows: ReadonlySignal<readonly Row[]>, { faces, me, tell }: Voice): () => void {
  let heard = newestOf(rows.peek())
  let timer: ReturnType<typeof setTimeout> | undefined
  const speak = (): void => {
    timer = undefined
    const fresh = rows.peek().filter((row) => row.seq > heard && row.from !== me && row.kind === 'text')
    heard = newestOf(rows.peek())
    if (fresh.length > mostSpoken) tell(text.value.heardMany(fresh.length))
    else if (fresh.length > 0) tell(fresh.map((row) => spoken(row, faces)).join('\n'))
  }
  const stop = rows.subscribe((list) => {
    if (newestOf(list) > heard) timer ??= setTimeout(speak, togetherMs)
  })
  return () => {
    stop()
    clearTimeout(timer)
  }
}

function newestOf(rows: readonly Row[]): number {
  return rows.at(-1)?.seq ?? 0
}

function spoken(row: Row, faces: Faces): string {
  const said = row.content === null ? undefined : readSaid(row.content)
  const body = said === undefined || said.body === '' ? text.value.picture(row.pictures.length) : said.body
  return text.value.heard(row.from === null ? '' : faces.nameOf(row.from), body)
}
