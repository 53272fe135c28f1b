import { useEffect, useState } from 'preact/hooks'
import type { Outgoing } from '../../api/live.ts'
import { useOutboxOnceThere } from '../wires.ts'

/** My messages that were refused, of all rooms or of one: none until they are read, and where they cannot be. */
export function useRefused(room?: string): readonly Outgoing[] {
  const outbox = useOutboxOnceThere()
  const [messages, setMessages] = useState<readonly Outgoing[]>([])
  useEffect(() => {
    if (outbox === undefined) return undefined
    let isGone = false
    const told: Outgoing[] = []
    const stop = outbox.onAnyChange((message) => {
      told.push(message)
      setMessages((before) => withChange(before, message))
    })
    // What was told meanwhile is newer.
    outbox.refused().then(
      (found) => !isGone && setMessages(told.reduce(withChange, found as readonly Outgoing[])),
      () => undefined,
    )
    return () => {
      isGone = true
      stop()
    }
  }, [outbox])
  return room === undefined ? messages : messages.filter((message) => message.room === room)
}

function withChange(messages: readonly Outgoing[], message: Outgoing): readonly Outgoing[] {
  const others = messages.filter(({ id }) => id !== message.id)
  return message.state === 'failed' ? [...others, message] : others
}
