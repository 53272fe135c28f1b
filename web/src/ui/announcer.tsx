import { signal } from '@preact/signals'
import './visually-hidden.css'

interface Told {
  text: string
  /** Twice the same words are told twice. */
  count: number
}

const polite = signal<Told>({ text: '', count: 0 })
const urgent = signal<Told>({ text: '', count: 0 })

/**
 * Says something to who cannot see that it happened. `isUrgent` interrupts what is being read: for what was lost. What has a place
 * of its own on the page (a toast, an error at its field) is said there, not here too.
 */
export function announce(text: string, { isUrgent = false } = {}): void {
  const voice = isUrgent ? urgent : polite
  voice.value = { text, count: voice.value.count + 1 }
}

/** Where `announce` is heard: once on the page, from its start, since readers listen only to regions that they know. */
export function Announcer() {
  return (
    <div class="visually-hidden">
      <Voice told={polite.value} live="polite" />
      <Voice told={urgent.value} live="assertive" />
    </div>
  )
}

function Voice({ told, live }: { told: Told; live: 'polite' | 'assertive' }) {
  return (
    <div aria-live={live} aria-atomic="true">
      {told.text !== '' && <p key={told.count}>{told.text}</p>}
    </div>
  )
}
