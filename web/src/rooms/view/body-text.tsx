import { isEmojiAlone, partsOf } from '../../text/parts.ts'
import { writtenIn } from '../../text/written-in.ts'
import { TextParts } from '../../ui/text-parts.tsx'
import { useRoom } from '../visit/room-context.ts'

/** What somebody wrote in the room. The server does not say whom a message means: a name that was met here does. */
export function BodyText({ body }: { body: string }) {
  const { visit, faces } = useRoom()
  const isPerson = (username: string): boolean => faces.knows(username) || visit.present.names.value.has(username)
  return (
    <div class="message-body" dir="auto" lang={writtenIn(body)} data-large={isEmojiAlone(body) || undefined}>
      <TextParts parts={partsOf(body, { isPerson })} wordClass="message-mention" />
    </div>
  )
}
