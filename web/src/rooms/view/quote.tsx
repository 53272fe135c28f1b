import { Icon } from '../../ui/icon.tsx'
import { readSaid } from '../model/content.ts'
import { parsePlace } from '../model/places.ts'
import { useRoom } from '../visit/room-context.ts'
import { text } from './text.ts'

/** What a message answers, in a line; leads to it. */
export function Quote({ place }: { place: string }) {
  const { visit, faces, actions } = useRoom()
  const parsed = parsePlace(place)
  // Read so that the quote is right as soon as the message is known.
  void visit.version.value
  const row = parsed === undefined ? undefined : visit.log.rowAt(parsed)
  const name = row?.from === undefined || row.from === null ? undefined : faces.nameOf(row.from)
  return (
    <button type="button" class="message-quote" title={text.value.jumpTo} onClick={() => actions.jumpTo(place)}>
      <Icon name="reply" />
      <bdi class="message-quote-name">{name ?? text.value.replyFar}</bdi>
      {row !== undefined && <bdi class="message-quote-text">{excerptOf(row)}</bdi>}
    </button>
  )
}

function excerptOf(row: { content: Readonly<Record<string, unknown>> | null; pictures: readonly unknown[] }): string {
  if (row.content === null) return text.value.replyGone
  const { body } = readSaid(row.content)
  return body === '' ? text.value.picture(row.pictures.length) : body.slice(0, 140)
}
