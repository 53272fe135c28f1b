import { effect, signal } from '@preact/signals'
import type { Outgoing } from '../../api/live.ts'
import { isLiveMissing, live } from '../wires.ts'

/** Of all rooms. */
const refused = signal<readonly Outgoing[] | undefined>(undefined)

effect(() => {
  const outbox = live.value?.outbox
  refused.value = isLiveMissing.value ? [] : undefined
  if (outbox === undefined) return undefined
  let isGone = false
  const told: Outgoing[] = []
  const stop = outbox.onAnyChange((message) => {
    told.push(message)
    const known = refused.peek()
    if (known !== undefined) refused.value = withChange(known, message)
  })
  // What was told meanwhile is newer.
  const take = (found: readonly Outgoing[]): void => {
    if (!isGone) refused.value = told.reduce(withChange, found)
  }
  outbox.refused().then(take, () => take([]))
  return () => {
    isGone = true
    stop()
  }
})

/** My messages that were refused, of all rooms or of one: undefined until they are read, none where they cannot be. */
export function useRefused(room?: string): readonly Outgoing[] | undefined {
  return room === undefined ? refused.value : refused.value?.filter((message) => message.room === room)
}

function withChange(messages: readonly Outgoing[], message: Outgoing): readonly Outgoing[] {
  const others = messages.filter(({ id }) => id !== message.id)
  return message.state === 'failed' ? [...others, message] : others
}
