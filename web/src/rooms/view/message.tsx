import type { ComponentChildren } from 'preact'
import type { Outgoing } from '../../api/live.ts'
import { PictureGrid } from '../../pictures/picture-grid.tsx'
import { format } from '../../text/index.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { classes } from '../../ui/classes.ts'
import { readSaid } from '../model/content.ts'
import type { Row } from '../model/log.ts'
import { text as roomText } from '../text.ts'
import { useRoom } from '../visit/room-context.ts'
import { BodyText } from './body-text.tsx'
import { MessageActions } from './message-actions.tsx'
import { Quote } from './quote.tsx'
import { Reactions } from './reactions.tsx'
import { FailedLine, SendingMark } from './sending-mark.tsx'
import { text } from './text.ts'

export interface MessageProps {
  id: string
  row: Row
  isFirst: boolean
  isLast: boolean
  isOwn: boolean
  /** Of an own message: what became of it. */
  mark: 'buffered' | 'stored' | undefined
  isFocusable: boolean
}

/** A message as it stands in the room. */
export function Message(props: MessageProps) {
  const { id, row, isFirst, isLast, isOwn, mark, isFocusable } = props
  const said = row.content === null ? undefined : readSaid(row.content)
  return (
    <Frame
      id={id}
      from={row.from}
      at={row.at}
      isFirst={isFirst}
      isLast={isLast}
      isOwn={isOwn}
      isFocusable={isFocusable}
      facts={<Facts editedAt={row.editedAt} mark={mark} />}
    >
      {said === undefined ? (
        <p class="message-gone">{row.kind === 'unreadable' ? text.value.unreadable : text.value.deleted}</p>
      ) : (
        <>
          {said.replyTo !== undefined && <Quote place={said.replyTo} />}
          {said.body !== '' && <BodyText body={said.body} />}
          {row.pictures.length > 0 && <PictureGrid pictures={row.pictures} />}
          <Reactions row={row} />
        </>
      )}
      {said !== undefined && <MessageActions row={row} isOwn={isOwn} />}
    </Frame>
  )
}

export interface PendingMessageProps {
  id: string
  message: Outgoing
  isFirst: boolean
  isLast: boolean
  isFocusable: boolean
}

/** A message of mine that is not in the room yet. */
export function PendingMessage({ id, message, isFirst, isLast, isFocusable }: PendingMessageProps) {
  const { me } = useRoom()
  const pictures = message.media?.length ?? 0
  const { state, writtenAt } = message
  const mark = state === 'failed' || state === 'discarded' ? undefined : state
  const place = { id, isFirst, isLast, isFocusable }
  return (
    <Frame {...place} from={me} at={writtenAt} isOwn facts={<Facts editedAt={undefined} mark={mark} />}>
      {message.replyTo !== undefined && <Quote place={message.replyTo} />}
      {message.body !== '' && <BodyText body={message.body} />}
      {pictures > 0 && <p class="message-coming">{text.value.picture(pictures)}</p>}
      {message.state === 'failed' && <FailedLine message={message} />}
    </Frame>
  )
}

interface FactsProps {
  editedAt: number | undefined
  mark: 'sending' | 'buffered' | 'stored' | undefined
}

function Facts({ editedAt, mark }: FactsProps) {
  return (
    <>
      {editedAt !== undefined && (
        <span title={text.value.editedAt(format.value.dateTime(editedAt))}>{text.value.edited}</span>
      )}
      {mark !== undefined && <SendingMark state={mark} />}
    </>
  )
}

interface FrameProps {
  id: string
  from: string | null
  at: number
  isFirst: boolean
  isLast: boolean
  isOwn: boolean
  isFocusable: boolean
  /** Beside the time. */
  facts: ComponentChildren
  children: ComponentChildren
}

/** Who said it and when: shown at the first of a group, and for screen readers at each. */
function Frame({ id, from, at, isFirst, isLast, isOwn, isFocusable, facts, children }: FrameProps) {
  const { faces } = useRoom()
  const person = from === null ? undefined : faces.of(from)
  const name = person?.displayName ?? from ?? roomText.value.somebody
  const time = format.value.time(at)
  return (
    // Arrows lead from message to message, so each can have the focus.
    <article
      class={classes('message', isOwn && 'message-own', isFirst && 'message-first', isLast && 'message-last')}
      data-key={id}
      aria-label={text.value.sentBy(name, time)}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={isFocusable ? 0 : -1}
    >
      <span class="message-side">
        {isFirst && !isOwn && (
          <Avatar person={person ?? { username: from ?? '', displayName: name, picture: null }} size="small" />
        )}
      </span>
      <div class="message-main">
        {isFirst && !isOwn && (
          <p class="message-head" aria-hidden="true">
            {from === null ? (
              <span>{name}</span>
            ) : (
              <a class="message-name" href={`/people/${from}`} tabIndex={-1}>
                <bdi>{name}</bdi>
              </a>
            )}
          </p>
        )}
        {children}
      </div>
      <p class="message-facts">
        {facts}
        <time datetime={new Date(at).toISOString()} title={format.value.dateTime(at)} aria-hidden="true">
          {time}
        </time>
      </p>
    </article>
  )
}
