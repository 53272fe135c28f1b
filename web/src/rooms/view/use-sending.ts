import { useLayoutEffect, useRef } from 'preact/hooks'
import type { Uploads } from '../../pictures/uploads.ts'
import { problemText } from '../../text/index.ts'
import { toast } from '../../ui/toast-state.ts'
import type { Row } from '../model/log.ts'
import { formatPlace } from '../model/places.ts'
import { keepDraft, readDraft } from '../visit/drafts.ts'
import { useRoom } from '../visit/room-context.ts'
import { useOutbox, useSocket } from '../wires.ts'

interface SendingParts {
  body: string
  setBody: (change: string | ((since: string) => string)) => void
  uploads: Uploads
  replyTo: Row | undefined
  /** It is taken: the reply is over. */
  onDone: () => void
  /** It was not taken: what it answers to is being answered again. */
  onBack: (replyTo: Row) => void
  /** It is kept, and will be sent. */
  onSent: () => void
}

/** Hands over what was written, once: a second press before the field is drawn anew finds what the first one has taken. */
export function useSending({ body, setBody, uploads, replyTo, onDone, onBack, onSent }: SendingParts) {
  const { visit, me } = useRoom()
  const outbox = useOutbox()
  const socket = useSocket()
  const isTaken = useRef(false)
  useLayoutEffect(() => {
    isTaken.current = false
  })
  return async (ready: string): Promise<void> => {
    if (isTaken.current) return
    isTaken.current = true
    const taken = uploads.take()
    const media = taken.flatMap(({ picture, alt }) => (picture === undefined ? [] : [{ id: picture.id, alt }]))
    setBody('')
    socket.typing(visit.id, false)
    onDone()
    try {
      await outbox.add({
        ...{ room: visit.id, body: ready },
        ...(replyTo === undefined ? {} : { replyTo: formatPlace(replyTo) }),
        ...(media.length === 0 ? {} : { media }),
      })
      // Only now it is written down elsewhere. What has been written since is the next draft.
      if (readDraft(me, visit.id) === body) keepDraft(me, visit.id, '')
      onSent()
    } catch (error) {
      // What could not be handed over is still what was written, before what has been written since.
      const before = (since: string): string => (since === '' ? body : `${body}\n${since}`)
      const since = readDraft(me, visit.id)
      setBody(before)
      keepDraft(me, visit.id, since === body ? body : before(since))
      uploads.putBack(taken)
      if (replyTo !== undefined) onBack(replyTo)
      toast({ text: problemText(error), tone: 'danger' })
    }
  }
}
