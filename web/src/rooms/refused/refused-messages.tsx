import './refused-messages.css'
import { useState } from 'preact/hooks'
import type { Outgoing } from '../../api/live.ts'
import { ApiProblem } from '../../api/problem.ts'
import { format, problemText } from '../../text/index.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { copyText } from '../../ui/copy-text.ts'
import { Icon } from '../../ui/icon.tsx'
import { toast } from '../../ui/toast-state.ts'
import { useOutboxOnceThere } from '../wires.ts'
import { text } from './text.ts'

export interface RefusedMessagesProps {
  messages: readonly Outgoing[] | undefined
  /** What a room is called, where that is known; without it all are of the room that one is before. */
  nameOf?: (room: string) => string | undefined
}

/** Messages of mine that were refused, where they cannot stand among the others of their room: to be copied or given up. Nothing where there are none. */
export function RefusedMessages({ messages, nameOf }: RefusedMessagesProps) {
  const words = text.value
  if (messages === undefined || messages.length === 0) return null
  return (
    <section class="refused">
      <h2>{words.title}</h2>
      <p class="refused-hint">{words.hint}</p>
      <ul class="refused-list">
        {messages.map((message) => (
          <RefusedMessage key={message.id} message={message} nameOf={nameOf} />
        ))}
      </ul>
    </section>
  )
}

function RefusedMessage({ message, nameOf }: { message: Outgoing; nameOf: RefusedMessagesProps['nameOf'] }) {
  const words = text.value
  const outbox = useOutboxOnceThere()
  const [isBusy, setBusy] = useState(false)
  const { id, room, body, media, problem, writtenAt } = message

  async function discard(): Promise<void> {
    setBusy(true)
    try {
      await outbox?.discard(id)
    } catch (error) {
      // What is kept on this device could not be reached: the message is as it was.
      toast({ text: problemText(error), tone: 'danger' })
      setBusy(false)
    }
  }
  return (
    <Card as="li" class="refused-message">
      <p class="refused-where">
        {nameOf !== undefined && (
          <>
            <a href={`/rooms/${room}`} dir="auto">
              {nameOf(room) ?? words.somewhere}
            </a>
            {' · '}
          </>
        )}
        <time datetime={new Date(writtenAt).toISOString()}>{format.value.dateTime(writtenAt)}</time>
      </p>
      {body !== '' && (
        <p class="refused-body" dir="auto">
          {body}
        </p>
      )}
      {media !== undefined && <p class="refused-pictures">{words.pictures(media.length)}</p>}
      <p class="refused-why">
        <Icon name="alert" />
        {problemText(new ApiProblem(problem ?? { code: 'internal' }))}
      </p>
      <div class="refused-ways">
        {body !== '' && (
          <Button size="small" icon="copy" onClick={() => void copyText(body, words.copied)}>
            {words.copy}
          </Button>
        )}
        <Button size="small" look="quiet" isBusy={isBusy} onClick={() => void discard()}>
          {words.discard}
        </Button>
      </div>
    </Card>
  )
}
