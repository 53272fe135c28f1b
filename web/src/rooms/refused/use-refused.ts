import { computed, effect, signal } from '@preact/signals'
import type { Outgoing } from '../../api/live.ts'
import { isLiveMissing, live, me } from '../wires.ts'

/** Of all rooms. */
const refused = signal<readonly Outgoing[] | undefined>(undefined)

/** What shows them waits no longer: the storage of a device may answer late, or never. Then it is as if there were none, until they come. */
const patienceMs = 3000

const person = computed(() => me.value?.id)

effect(() => {
  refused.value = undefined
  if (person.value === undefined) return undefined
  const late = setTimeout(() => (refused.value ??= []), patienceMs)
  return () => clearTimeout(late)
})

effect(() => {
  if (isLiveMissing.value) refused.value = []
  const outbox = live.value?.outbox
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

/** My messages that were refused, of all rooms or of one: undefined until they are read, none where they cannot be, or not soon. */
export function useRefused(room?: string): readonly Outgoing[] | undefined {
  return room === undefined ? refused.value : refused.value?.filter((message) => message.room === room)
}

function withChange(messages: readonly Outgoing[], message: Outgoing): readonly Outgoing[] {
  const others = messages.filter(({ id }) => id !== message.id)
  return message.state === 'failed' ? [...others, message] : others
}
